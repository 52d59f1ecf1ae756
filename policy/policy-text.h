/* SPDX-License-Identifier: MIT
 * Texts that have a bound: explanations of refusals, rules in words. */
#ifndef OWVM_POLICY_POLICY_TEXT_H
#define OWVM_POLICY_POLICY_TEXT_H

#include <stddef.h>

#include "policy/policy-pattern.h"

struct policy_rule;

/* Room for whom a rule is for and which bridges it means, with the NUL. */
#define POLICY_TARGET_SIZE (sizeof("group 4294967295 bridge ") + POLICY_PATTERN_SIZE)

/* Write a text. The caller's bounds let it fit whatever the operands are: that is asserted. */
__attribute__((format(printf, 3, 4))) void policy_text_write(
	char *ret_text, size_t size, const char *format, ...);

/* The same behind what stands there. */
__attribute__((format(printf, 3, 4))) void policy_text_append(
	char *text, size_t size, const char *format, ...);

/* A rule without action and options, names as ids: "user 1001 bridge lab*". */
void policy_text_target(const struct policy_rule *rule, char ret_text[POLICY_TARGET_SIZE]);

#endif
