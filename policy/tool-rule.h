/* SPDX-License-Identifier: MIT
 * Rules in words, and as JSON. */
#ifndef OWVM_POLICY_TOOL_RULE_H
#define OWVM_POLICY_TOOL_RULE_H

#include <stdbool.h>
#include <stddef.h>

struct policy_query;
struct policy_rule;
struct tool_json;

/* Room for a rule, its options or a reason, with the NUL. */
#define TOOL_RULE_SIZE 192

/* Write a rule as a line of the policy that means the same: names as ids, every limit said. */
void tool_rule_write(const struct policy_rule *rule, char ret_text[TOOL_RULE_SIZE]);

/* Does the rule match what is asked? ret_why is the reason in either case. */
bool tool_rule_match(const struct policy_rule *rule, const struct policy_query *query,
	char ret_why[TOOL_RULE_SIZE]);

/* The options without a value that a rule has, in a fixed order: the i-th, NULL behind the last. */
const char *tool_rule_flag(const struct policy_rule *rule, size_t i);

/* Write those, and the options with addresses, as one word: "create,ip=192.0.2.0/24"; "-" where
 * the rule has none. */
void tool_rule_options(const struct policy_rule *rule, char ret_text[TOOL_RULE_SIZE]);

/* "own" or "any": whose addresses the guest may use. */
const char *tool_rule_mac(const struct policy_rule *rule);

/* Write the options with a value as members of an object: null where the rule does not say. */
void tool_rule_json(struct tool_json *json, const struct policy_rule *rule);

#endif
