/* SPDX-License-Identifier: MIT
 * One question about one subject: what the tool has to know beside policy.h. */
#ifndef OWVM_POLICY_POLICY_DECIDE_H
#define OWVM_POLICY_POLICY_DECIDE_H

struct policy_query;

/* Room for the line that policy_suggest() writes, with the NUL. */
#define POLICY_LINE_SIZE 80

/* The narrowest line that permits what is asked where no rule matches, or behind one that denies,
 * for an administrator to add. */
void policy_suggest(const struct policy_query *query, char ret_line[POLICY_LINE_SIZE]);

#endif
