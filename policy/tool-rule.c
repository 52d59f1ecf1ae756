/* SPDX-License-Identifier: MIT
 * Rules in words, and as JSON. */
#include "policy/tool-rule.h"

#include <string.h>

#include "policy/policy-pattern.h"
#include "policy/policy-rule.h"
#include "policy/policy-text.h"
#include "policy/policy.h"
#include "policy/tool-json.h"

const char *tool_rule_flag(const struct policy_rule *rule, size_t i)
{
	const struct {
		bool given;
		const char *name;
	} flags[] = {
		{rule->create, "create"},
		{rule->isolated, "isolated"},
		{rule->vhost, "vhost"},
		{rule->dhcp_server, "dhcp-server"},
		{rule->netns, "netns"},
	};

	for (size_t j = 0; j < sizeof(flags) / sizeof(flags[0]); j++)
		if (flags[j].given && i-- == 0)
			return flags[j].name;
	return NULL;
}

const char *tool_rule_mac(const struct policy_rule *rule)
{
	return rule->mac == POLICY_MAC_ANY ? "any" : "own";
}

/* Add the options without a value, each behind `before`. */
static void add_flags(char text[TOOL_RULE_SIZE], const struct policy_rule *rule, const char *before)
{
	const char *flag = NULL;

	for (size_t i = 0; (flag = tool_rule_flag(rule, i)) != NULL; i++)
		policy_text_append(text, TOOL_RULE_SIZE, "%s%s", before, flag);
}

/* Add an option with a number, if the rule has it. */
static void add_number(char text[TOOL_RULE_SIZE], const char *option, uint32_t number)
{
	if (number > 0)
		policy_text_append(text, TOOL_RULE_SIZE, " %s %u", option, number);
}

/* Add an option with an address, if the rule has it. */
static void add_cidr(char text[TOOL_RULE_SIZE], const char *option, const struct cidr *cidr)
{
	char value[CIDR_TEXT_SIZE] = "";

	if (cidr->prefix == 0)
		return;
	cidr_format(cidr, value);
	policy_text_append(text, TOOL_RULE_SIZE, "%s%s", option, value);
}

void tool_rule_write(const struct policy_rule *rule, char ret_text[TOOL_RULE_SIZE])
{
	char target[POLICY_RULE_TARGET_SIZE] = "";

	policy_rule_target(rule, target);
	policy_text_write(
		ret_text, TOOL_RULE_SIZE, "%s %s", rule->permit ? "permit" : "deny", target);
	if (!rule->permit)
		return;
	add_flags(ret_text, rule, " ");
	policy_text_append(
		ret_text, TOOL_RULE_SIZE, " taps %u queues %u", rule->taps, rule->queues);
	add_number(ret_text, "mtu", rule->mtu);
	add_number(ret_text, "rate", rule->rate);
	policy_text_append(ret_text, TOOL_RULE_SIZE, " mac %s", tool_rule_mac(rule));
	add_cidr(ret_text, " ip ", &rule->ip);
	add_cidr(ret_text, " address ", &rule->address);
}

void tool_rule_options(const struct policy_rule *rule, char ret_text[TOOL_RULE_SIZE])
{
	char text[TOOL_RULE_SIZE] = "";

	add_flags(text, rule, ",");
	add_cidr(text, ",ip=", &rule->ip);
	add_cidr(text, ",address=", &rule->address);
	policy_text_write(ret_text, TOOL_RULE_SIZE, "%s", text[0] != '\0' ? text + 1 : "-");
}

static void write_number(struct tool_json *json, const char *key, uint32_t number)
{
	if (number > 0)
		tool_json_number(json, key, number);
	else
		tool_json_null(json, key);
}

static void write_cidr(struct tool_json *json, const char *key, const struct cidr *cidr)
{
	char text[CIDR_TEXT_SIZE] = "";

	if (cidr->prefix > 0)
		cidr_format(cidr, text);
	tool_json_string(json, key, cidr->prefix > 0 ? text : NULL);
}

void tool_rule_json(struct tool_json *json, const struct policy_rule *rule)
{
	tool_json_number(json, "taps", rule->taps);
	tool_json_number(json, "queues", rule->queues);
	write_number(json, "mtu", rule->mtu);
	write_number(json, "rate", rule->rate);
	tool_json_string(json, "mac", tool_rule_mac(rule));
	write_cidr(json, "ip", &rule->ip);
	write_cidr(json, "address", &rule->address);
}

bool tool_rule_match(const struct policy_rule *rule, const struct policy_query *query,
	char ret_why[TOOL_RULE_SIZE])
{
	uint32_t uid = query->subject.uid;
	char pattern[IFNAME_SIZE] = "";

	policy_pattern_format(rule, uid, pattern);
	if (!policy_rule_covers(rule, &query->subject)) {
		policy_text_write(ret_why, TOOL_RULE_SIZE, "subject: uid %u is not %s%u", uid,
			rule->subject == POLICY_USER ? "uid " : "in group ", rule->id);
		return false;
	}
	if (!policy_pattern_match(rule, uid, query->bridge)) {
		policy_text_write(ret_why, TOOL_RULE_SIZE, "pattern: '%s' %s '%s'", query->bridge,
			rule->star ? "does not fit" : "is not", pattern);
		return false;
	}
	policy_text_write(ret_why, TOOL_RULE_SIZE, "subject and pattern fit");
	return true;
}
