/* SPDX-License-Identifier: MIT
 * One rule: whom it is for. */
#ifndef OWVM_POLICY_POLICY_RULE_H
#define OWVM_POLICY_POLICY_RULE_H

#include <stdbool.h>

#include "policy/policy-pattern.h"

struct policy_rule;
struct policy_subject;

/* Room for whom a rule is for and which bridges it means, with the NUL. */
#define POLICY_RULE_TARGET_SIZE (sizeof("group 4294967295 bridge ") + POLICY_PATTERN_SIZE)

/* Is the caller whom the rule is for? */
bool policy_rule_covers(const struct policy_rule *rule, const struct policy_subject *subject);

/* A rule without action and options, names as ids: "user 1001 bridge lab*". */
void policy_rule_target(const struct policy_rule *rule, char ret_text[POLICY_RULE_TARGET_SIZE]);

#endif
