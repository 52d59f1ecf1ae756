/* SPDX-License-Identifier: MIT
 * The language of the policy: text -> rules and errors.
 *
 * One function a part of the rule, in the order in which they are written; each returns false after
 * it noted the error of the line. */
#include "policy/policy-parse.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "policy/policy-line.h"
#include "policy/policy-pattern.h"
#include "policy/policy-private.h"

struct parser {
	struct policy *policy;
	const struct policy_names *names;
	const char *file;
	unsigned int number; /* of the line */
	struct policy_line line;
	struct policy_word word; /* the last one that was taken */
	size_t address_column;	 /* of 'address' */
};

/* Always returns false. */
__attribute__((format(printf, 3, 4))) static bool fail(
	struct parser *parser, size_t column, const char *format, ...)
{
	OWNED_MEMORY char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		abort();
	va_end(arguments);
	policy_fail(parser->policy, parser->file, parser->number, column, "%s", message);
	return false;
}

/* Take the word that must stand here. */
static bool take(struct parser *parser, const char *wanted)
{
	struct policy_word previous = parser->word;

	if (policy_line_next(&parser->line, &parser->word))
		return true;
	return fail(parser, parser->word.column, "%s is missing after '%s'", wanted, previous.text);
}

static bool is(const struct parser *parser, const char *text)
{
	return strcmp(parser->word.text, text) == 0;
}

/* The word as an id, where it consists of digits. */
static bool parse_id(struct parser *parser, const char *kind, uint32_t *ret_id)
{
	if (number_parse(parser->word.text, strlen(parser->word.text), UINT32_MAX - 1, ret_id))
		return true;
	return fail(parser, parser->word.column,
		"'%s' is no %s id: 0 to 4294967294, without leading zeros", parser->word.text,
		kind);
}

static bool parse_owner(struct parser *parser, const char *kind,
	int (*find)(const char *name, uint32_t *ret_id), uint32_t *ret_id)
{
	const char *name = parser->word.text;
	int error = 0;

	if (!take(parser, "a name or an id"))
		return false;
	if (strspn(name, "0123456789") == strlen(name))
		return parse_id(parser, kind, ret_id);
	error = find(name, ret_id);
	if (error == -ENOENT)
		return fail(parser, parser->word.column, "unknown %s '%s'", kind, name);
	if (error < 0)
		return fail(parser, parser->word.column, "cannot look up %s '%s': %s", kind, name,
			strerror(-error));
	return true;
}

static bool parse_subject(struct parser *parser, struct policy_rule *rule)
{
	if (!take(parser, "'user', 'group' or 'any'"))
		return false;
	if (is(parser, "any")) {
		rule->subject = POLICY_ANY;
		return true;
	}
	if (is(parser, "user")) {
		rule->subject = POLICY_USER;
		return parse_owner(parser, "user", parser->names->find_user, &rule->id);
	}
	if (is(parser, "group")) {
		rule->subject = POLICY_GROUP;
		return parse_owner(parser, "group", parser->names->find_group, &rule->id);
	}
	return fail(parser, parser->word.column, "'user', 'group' or 'any' expected, not '%s'",
		parser->word.text);
}

static bool parse_bridge(struct parser *parser, struct policy_rule *rule)
{
	const char *reason = NULL;
	size_t offset = 0;

	if (!take(parser, "'bridge'"))
		return false;
	if (!is(parser, "bridge"))
		return fail(parser, parser->word.column, "'bridge' expected, not '%s'",
			parser->word.text);
	if (!take(parser, "a pattern"))
		return false;
	reason = policy_pattern_parse(parser->word.text, rule, &offset);
	if (reason != NULL)
		return fail(parser, parser->word.column + offset, "bridge '%s': %s",
			parser->word.text, reason);
	rule->mac = rule->pattern == POLICY_OWN ? POLICY_MAC_ANY : POLICY_MAC_OWN;
	rule->dhcp_server = rule->pattern == POLICY_OWN;
	return true;
}

static bool parse_create(struct parser *parser, struct policy_rule *rule)
{
	if (rule->pattern == POLICY_PREFIX && rule->before[0] == '\0')
		return fail(parser, parser->word.column, "'create' needs a pattern other than '*'");
	rule->create = true;
	return true;
}

static bool parse_isolated(struct parser *parser, struct policy_rule *rule)
{
	(void)parser;
	rule->isolated = true;
	return true;
}

/* The number behind an option. */
static bool parse_number(
	struct parser *parser, const char *option, uint32_t min, uint32_t max, uint32_t *ret_number)
{
	const char *text = parser->word.text;
	uint32_t number = 0;

	if (!take(parser, "a number"))
		return false;
	if (!number_parse(text, strlen(text), max, &number) || number < min)
		return fail(parser, parser->word.column,
			"'%s' takes a number from %u to %u, not '%s'", option, min, max, text);
	*ret_number = number;
	return true;
}

static bool parse_taps(struct parser *parser, struct policy_rule *rule)
{
	return parse_number(parser, "taps", 1, POLICY_TAPS_MAX, &rule->taps);
}

static bool parse_queues(struct parser *parser, struct policy_rule *rule)
{
	return parse_number(parser, "queues", 1, WIRE_QUEUES_MAX, &rule->queues);
}

static bool parse_mtu(struct parser *parser, struct policy_rule *rule)
{
	return parse_number(parser, "mtu", POLICY_MTU_MIN, POLICY_MTU_MAX, &rule->mtu);
}

static bool parse_vhost(struct parser *parser, struct policy_rule *rule)
{
	(void)parser;
	rule->vhost = true;
	return true;
}

static bool parse_dhcp_server(struct parser *parser, struct policy_rule *rule)
{
	(void)parser;
	rule->dhcp_server = true;
	return true;
}

static bool parse_cidr(struct parser *parser, const char *option, struct cidr *ret_cidr)
{
	const char *text = parser->word.text;

	if (!take(parser, "an address"))
		return false;
	if (!cidr_parse(text, strlen(text), ret_cidr))
		return fail(parser, parser->word.column,
			"'%s' takes an IPv4 address with its prefix length, as 192.0.2.0/24, not '%s'",
			option, text);
	return true;
}

static bool parse_ip(struct parser *parser, struct policy_rule *rule)
{
	char network[CIDR_TEXT_SIZE] = "";
	struct cidr cidr = {0};

	if (!parse_cidr(parser, "ip", &cidr))
		return false;
	rule->ip = (struct cidr){cidr.address & cidr_mask(&cidr), cidr.prefix};
	if (rule->ip.address == cidr.address)
		return true;
	cidr_format(&rule->ip, network);
	return fail(parser, parser->word.column,
		"'%s' is not the address of a network, which is %s", parser->word.text, network);
}

/* The first and the last address of a network are nobody's, but in the smallest (RFC 3021). */
static bool names_host(const struct cidr *cidr)
{
	uint32_t host = cidr->address & ~cidr_mask(cidr);

	return cidr->prefix > 30 || (host != 0 && host != ~cidr_mask(cidr));
}

static bool parse_address(struct parser *parser, struct policy_rule *rule)
{
	parser->address_column = parser->word.column;
	if (!parse_cidr(parser, "address", &rule->address))
		return false;
	return names_host(&rule->address) ||
	       fail(parser, parser->word.column,
		       "'%s' is the address of no host, but of a network or of all in it",
		       parser->word.text);
}

static bool parse_mac(struct parser *parser, struct policy_rule *rule)
{
	if (!take(parser, "'own' or 'any'"))
		return false;
	if (!is(parser, "own") && !is(parser, "any"))
		return fail(parser, parser->word.column, "'mac' takes 'own' or 'any', not '%s'",
			parser->word.text);
	rule->mac = is(parser, "own") ? POLICY_MAC_OWN : POLICY_MAC_ANY;
	return true;
}

static const struct option {
	const char *name;
	bool (*parse)(struct parser *parser, struct policy_rule *rule); /* NULL: a later version */
} options[] = {
	{.name = "address", .parse = parse_address},
	{.name = "create", .parse = parse_create},
	{.name = "dhcp-server", .parse = parse_dhcp_server},
	{.name = "ip", .parse = parse_ip},
	{.name = "isolated", .parse = parse_isolated},
	{.name = "mac", .parse = parse_mac},
	{.name = "mtu", .parse = parse_mtu},
	{.name = "netns"},
	{.name = "queues", .parse = parse_queues},
	{.name = "taps", .parse = parse_taps},
	{.name = "vhost", .parse = parse_vhost},
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static bool parse_option(struct parser *parser, struct policy_rule *rule, bool seen[N_OPTIONS])
{
	const struct policy_word *word = &parser->word;
	size_t i = 0;

	while (i < N_OPTIONS && !is(parser, options[i].name))
		i++;
	if (i == N_OPTIONS)
		return fail(parser, word->column, "unknown option '%s'", word->text);
	if (options[i].parse == NULL)
		return fail(
			parser, word->column, "'%s' is not available in this version", word->text);
	if (!rule->permit)
		return fail(
			parser, word->column, "'%s' has no meaning in a 'deny' rule", word->text);
	if (seen[i])
		return fail(parser, word->column, "'%s' is given twice", word->text);
	seen[i] = true;
	return options[i].parse(parser, rule);
}

/* The line's first word was taken. */
static bool parse_rule(struct parser *parser, struct policy_rule *rule)
{
	bool seen[N_OPTIONS] = {false};

	if (!is(parser, "permit") && !is(parser, "deny"))
		return fail(parser, parser->word.column, "'permit' or 'deny' expected, not '%s'",
			parser->word.text);
	rule->permit = is(parser, "permit");
	if (!parse_subject(parser, rule) || !parse_bridge(parser, rule))
		return false;
	while (policy_line_next(&parser->line, &parser->word))
		if (!parse_option(parser, rule, seen))
			return false;
	if (rule->address.prefix > 0 && (!rule->create || rule->pattern != POLICY_NAME))
		return fail(parser, parser->address_column,
			"'address' needs 'create' and a bridge that is named in full");
	return true;
}

static void parse_line(struct parser *parser)
{
	struct policy_rule rule = {.file = parser->file,
		.line = parser->number,
		.taps = POLICY_TAPS_DEFAULT,
		.queues = 1};
	size_t column = 0;
	const char *reason = policy_line_check(&parser->line, &column);

	if (reason != NULL) {
		fail(parser, column, "%s", reason);
		return;
	}
	if (policy_line_next(&parser->line, &parser->word) && parse_rule(parser, &rule))
		policy_add_rule(parser->policy, &rule);
}

void policy_parse(struct policy *policy, const char *file, const char *text, size_t size,
	const struct policy_names *names)
{
	struct parser parser = {.policy = policy, .names = names, .file = file};
	size_t at = 0;

	while (at < size) {
		const char *end = memchr(text + at, '\n', size - at);

		parser.number++;
		if (end == NULL) {
			fail(&parser, size - at + 1,
				"no newline at the end: the file may have been cut short");
			return;
		}
		parser.line = (struct policy_line){
			.text = text + at, .length = (size_t)(end - text) - at};
		parse_line(&parser);
		at = (size_t)(end - text) + 1;
	}
}
