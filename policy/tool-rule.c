/* SPDX-License-Identifier: MIT
 * Rules in words. */
#include "policy/tool-rule.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "policy/policy-pattern.h"
#include "policy/policy-private.h"

__attribute__((format(printf, 2, 3))) static void say(
	char text[TOOL_RULE_SIZE], const char *format, ...)
{
	va_list arguments;
	int length = 0;

	va_start(arguments, format);
	length = vsnprintf(text, TOOL_RULE_SIZE, format, arguments);
	va_end(arguments);
	assert(length > 0 && length < TOOL_RULE_SIZE);
}

void tool_rule_write(const struct policy_rule *rule, char ret_text[TOOL_RULE_SIZE])
{
	char subject[sizeof("group 4294967295")] = "any", pattern[POLICY_PATTERN_SIZE] = "";

	if (rule->subject != POLICY_ANY)
		snprintf(subject, sizeof(subject), "%s %u",
			rule->subject == POLICY_USER ? "user" : "group", rule->id);
	policy_pattern_write(rule, pattern);
	if (!rule->permit)
		say(ret_text, "deny %s bridge %s", subject, pattern);
	else
		say(ret_text, "permit %s bridge %s%s taps %u mac %s%s", subject, pattern,
			rule->create ? " create" : "", rule->taps,
			rule->mac == POLICY_MAC_ANY ? "any" : "own",
			rule->isolated ? " isolated" : "");
}

bool tool_rule_match(const struct policy_rule *rule, const struct policy_query *query,
	char ret_why[TOOL_RULE_SIZE])
{
	uint32_t uid = query->subject.uid;
	char pattern[IFNAME_SIZE] = "";

	policy_pattern_format(rule, uid, pattern);
	if (!policy_covers(rule, &query->subject)) {
		if (rule->subject == POLICY_USER)
			say(ret_why, "subject: uid %u is not uid %u", uid, rule->id);
		else
			say(ret_why, "subject: uid %u is not in group %u", uid, rule->id);
		return false;
	}
	if (!policy_pattern_match(rule, uid, query->bridge)) {
		say(ret_why,
			rule->pattern == POLICY_PREFIX ? "pattern: '%s' does not fit '%s'"
						       : "pattern: '%s' is not '%s'",
			query->bridge, pattern);
		return false;
	}
	say(ret_why, "subject and pattern fit");
	return true;
}
