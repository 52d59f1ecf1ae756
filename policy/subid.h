/* SPDX-License-Identifier: MIT
 * Ranges of subordinate uids, subuid(5). */
#ifndef OWVM_POLICY_SUBID_H
#define OWVM_POLICY_SUBID_H

#include <stddef.h>
#include <stdint.h>

struct policy;
struct subid_range;

/* Read text[0..size), lines of NAME:START:COUNT; blank lines and those that begin with '#' are
 * skipped. Adds the ranges to the policy, and an error for each line that is anything else: a range
 * that is not understood would let its uids pass for ordinary users. The last line may lack its
 * newline, as shadow(5) tools accept. `file` must live as long as the policy. */
void subid_parse(struct policy *policy, const char *file, const char *text, size_t size);

/* The first range that holds uid, or NULL. */
const struct subid_range *subid_find(const struct policy *policy, uint32_t uid);

#endif
