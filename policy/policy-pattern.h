/* SPDX-License-Identifier: MIT
 * Patterns of bridge names: a name, a prefix with '*', or either with the caller's uid in it. */
#ifndef OWVM_POLICY_POLICY_PATTERN_H
#define OWVM_POLICY_POLICY_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ifname.h"

struct policy_rule;

/* Room for a pattern as it is written, with the NUL. */
#define POLICY_PATTERN_SIZE (2 * IFNAME_SIZE + 2)

/* Read a pattern into the rule. Returns NULL, or the reason why it is none, and then
 * *reterr_offset is the byte of the word that is to blame. */
const char *policy_pattern_parse(
	const char *word, struct policy_rule *ret_rule, size_t *reterr_offset);

/* Is `bridge` what the rule's pattern means for this uid? */
bool policy_pattern_match(const struct policy_rule *rule, uint32_t uid, const char *bridge);

/* The pattern as it is written in the policy, "%U" as such. */
void policy_pattern_write(const struct policy_rule *rule, char ret_text[POLICY_PATTERN_SIZE]);

#endif
