/* SPDX-License-Identifier: MIT
 * The policy object as the files of this folder see it: what it holds, its list of errors. */
#ifndef OWVM_POLICY_POLICY_OBJECT_H
#define OWVM_POLICY_POLICY_OBJECT_H

#include <stdarg.h>

#include "policy/policy.h"

/* Longest path that is shown to clients: with it every text of policy-decide.c fits into
 * WIRE_TEXT_SIZE, whatever the uid, the bridge and the line. */
#define POLICY_PATH_MAX 200

struct policy_error {
	const char *file;
	unsigned int line;   /* 0: the file as a whole */
	unsigned int column; /* bytes, from 1 */
	char *message;
};

/* A range of subordinate uids, both ends included. */
struct subid_range {
	uint32_t first;
	uint32_t last;
	unsigned int line;
};

struct policy {
	char **strings; /* what the other members point to */
	size_t n_strings;
	struct policy_rule *rules;
	size_t n_rules;
	struct policy_error *errors;
	size_t n_errors;
	struct subid_range *ranges;
	size_t n_ranges;
	size_t n_files;	       /* whose rules were read */
	const char *main;      /* where a refusal tells the administrator to add a line */
	const char *subuid;    /* where the ranges come from */
	const char *broken_at; /* NULL: no error so far */
};

/* The memory, or an abort where it is gone: a policy that lost a rule must not be used. */
void *policy_need(void *memory);

/* An empty policy for files of these names. */
struct policy *policy_new(const char *main, const char *subuid);

/* Keep a copy of a string for as long as the policy lives. */
const char *policy_keep(struct policy *policy, const char *string);

void policy_add_rule(struct policy *policy, const struct policy_rule *rule);
void policy_add_range(struct policy *policy, const struct subid_range *range);

/* Note an error, which breaks the policy. `file` must live as long as the policy and have at most
 * POLICY_PATH_MAX bytes; line 0: the file as a whole is to blame. */
__attribute__((format(printf, 5, 6))) void policy_fail(struct policy *policy, const char *file,
	unsigned int line, size_t column, const char *format, ...);

/* The same. */
__attribute__((format(printf, 5, 0))) void policy_vfail(struct policy *policy, const char *file,
	unsigned int line, size_t column, const char *format, va_list arguments);

#endif
