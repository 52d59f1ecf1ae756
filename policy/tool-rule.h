/* SPDX-License-Identifier: MIT
 * Rules in words. */
#ifndef OWVM_POLICY_TOOL_RULE_H
#define OWVM_POLICY_TOOL_RULE_H

#include <stdbool.h>

struct policy_query;
struct policy_rule;

/* Room for a rule or a reason, with the NUL. */
#define TOOL_RULE_SIZE 128

/* Write a rule as a line of the policy that means the same: names as ids, every limit said. */
void tool_rule_write(const struct policy_rule *rule, char ret_text[TOOL_RULE_SIZE]);

/* Does the rule match what is asked? ret_why is the reason in either case. */
bool tool_rule_match(const struct policy_rule *rule, const struct policy_query *query,
	char ret_why[TOOL_RULE_SIZE]);

#endif
