/* SPDX-License-Identifier: MIT
 * The options of a rule: one function each, which returns false after it noted the error. */
#include "policy/policy-option.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "common/number.h"
#include "policy/policy-parser.h"
#include "policy/policy.h"

void policy_option_defaults(struct policy_rule *rule)
{
	bool own = rule->pattern == POLICY_OWN;

	rule->taps = POLICY_TAPS_DEFAULT;
	rule->queues = 1;
	rule->mac = own ? POLICY_MAC_ANY : POLICY_MAC_OWN;
	rule->dhcp_server = own;
	rule->netns = own;
}

static bool parse_create(struct policy_parser *parser, struct policy_rule *rule)
{
	if (rule->pattern == POLICY_PREFIX && rule->before[0] == '\0')
		return policy_parser_fail(
			parser, parser->word.column, "'create' needs a pattern other than '*'");
	rule->create = true;
	return true;
}

static bool parse_isolated(struct policy_parser *parser, struct policy_rule *rule)
{
	(void)parser;
	rule->isolated = true;
	return true;
}

static bool parse_vhost(struct policy_parser *parser, struct policy_rule *rule)
{
	(void)parser;
	rule->vhost = true;
	return true;
}

static bool parse_dhcp_server(struct policy_parser *parser, struct policy_rule *rule)
{
	(void)parser;
	rule->dhcp_server = true;
	return true;
}

static bool parse_netns(struct policy_parser *parser, struct policy_rule *rule)
{
	(void)parser;
	rule->netns = true;
	return true;
}

/* The number behind an option. */
static bool parse_number(struct policy_parser *parser, const char *option, uint32_t min,
	uint32_t max, uint32_t *ret_number)
{
	const char *text = parser->word.text;
	uint32_t number = 0;

	if (!policy_parser_take(parser, "a number"))
		return false;
	if (!number_parse(text, strlen(text), max, &number) || number < min)
		return policy_parser_fail(parser, parser->word.column,
			"'%s' takes a number from %u to %u, not '%s'", option, min, max, text);
	*ret_number = number;
	return true;
}

static bool parse_taps(struct policy_parser *parser, struct policy_rule *rule)
{
	return parse_number(parser, "taps", 1, POLICY_TAPS_MAX, &rule->taps);
}

static bool parse_queues(struct policy_parser *parser, struct policy_rule *rule)
{
	return parse_number(parser, "queues", 1, WIRE_QUEUES_MAX, &rule->queues);
}

static bool parse_mtu(struct policy_parser *parser, struct policy_rule *rule)
{
	return parse_number(parser, "mtu", POLICY_MTU_MIN, POLICY_MTU_MAX, &rule->mtu);
}

static bool parse_rate(struct policy_parser *parser, struct policy_rule *rule)
{
	return parse_number(parser, "rate", 1, POLICY_RATE_MAX, &rule->rate);
}

static bool parse_mac(struct policy_parser *parser, struct policy_rule *rule)
{
	if (!policy_parser_take(parser, "'own' or 'any'"))
		return false;
	if (!policy_parser_is(parser, "own") && !policy_parser_is(parser, "any"))
		return policy_parser_fail(parser, parser->word.column,
			"'mac' takes 'own' or 'any', not '%s'", parser->word.text);
	rule->mac = policy_parser_is(parser, "own") ? POLICY_MAC_OWN : POLICY_MAC_ANY;
	return true;
}

/* The address with a prefix length behind an option; `example` is one that it takes. */
static bool parse_cidr(struct policy_parser *parser, const char *option, const char *example,
	struct cidr *ret_cidr)
{
	const char *text = parser->word.text;

	if (!policy_parser_take(parser, "an address"))
		return false;
	if (!cidr_parse(text, strlen(text), ret_cidr))
		return policy_parser_fail(parser, parser->word.column,
			"'%s' takes an IPv4 address with its prefix length, such as %s, not '%s'",
			option, example, text);
	return true;
}

static bool parse_ip(struct policy_parser *parser, struct policy_rule *rule)
{
	char network[CIDR_TEXT_SIZE] = "";
	struct cidr cidr = {0};

	if (!parse_cidr(parser, "ip", "192.0.2.0/24", &cidr))
		return false;
	rule->ip = (struct cidr){cidr.address & cidr_mask(&cidr), cidr.prefix};
	if (rule->ip.address == cidr.address)
		return true;
	cidr_format(&rule->ip, network);
	return policy_parser_fail(parser, parser->word.column,
		"'ip' takes the address of a network, here %s, not '%s'", network,
		parser->word.text);
}

/* The first and the last address of a network are nobody's, but in the smallest (RFC 3021). */
static bool names_host(const struct cidr *cidr)
{
	uint32_t host = cidr->address & ~cidr_mask(cidr);

	return cidr->prefix > 30 || (host != 0 && host != ~cidr_mask(cidr));
}

static bool parse_address(struct policy_parser *parser, struct policy_rule *rule)
{
	parser->address_column = parser->word.column;
	if (!parse_cidr(parser, "address", "192.0.2.1/24", &rule->address))
		return false;
	return names_host(&rule->address) ||
	       policy_parser_fail(parser, parser->word.column,
		       "'address' takes the address of one host, not '%s', "
		       "which means its network or all in it",
		       parser->word.text);
}

static const struct option {
	const char *name;
	bool (*parse)(struct policy_parser *parser, struct policy_rule *rule);
} options[] = {
	{.name = "address", .parse = parse_address},
	{.name = "create", .parse = parse_create},
	{.name = "dhcp-server", .parse = parse_dhcp_server},
	{.name = "ip", .parse = parse_ip},
	{.name = "isolated", .parse = parse_isolated},
	{.name = "mac", .parse = parse_mac},
	{.name = "mtu", .parse = parse_mtu},
	{.name = "netns", .parse = parse_netns},
	{.name = "queues", .parse = parse_queues},
	{.name = "rate", .parse = parse_rate},
	{.name = "taps", .parse = parse_taps},
	{.name = "vhost", .parse = parse_vhost},
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

bool policy_option_parse(struct policy_parser *parser, struct policy_rule *rule)
{
	const struct policy_word *word = &parser->word;
	size_t i = 0;

	static_assert(N_OPTIONS <= sizeof(parser->seen) * CHAR_BIT, "one bit each");
	while (i < N_OPTIONS && !policy_parser_is(parser, options[i].name))
		i++;
	if (i == N_OPTIONS)
		return policy_parser_fail(parser, word->column, "unknown option '%s'", word->text);
	if (!rule->permit)
		return policy_parser_fail(
			parser, word->column, "'%s' has no meaning in a 'deny' rule", word->text);
	if (parser->seen & 1u << i)
		return policy_parser_fail(parser, word->column, "'%s' is given twice", word->text);
	parser->seen |= 1u << i;
	return options[i].parse(parser, rule);
}

bool policy_option_check(struct policy_parser *parser, const struct policy_rule *rule)
{
	if (rule->address.prefix == 0 || (rule->create && rule->pattern == POLICY_NAME))
		return true;
	return policy_parser_fail(parser, parser->address_column,
		"'address' needs 'create' and a bridge that is named in full");
}
