/* SPDX-License-Identifier: MIT
 * One line of the policy while it is read: what policy-parse.c and policy-option.c share. */
#ifndef OWVM_POLICY_POLICY_PARSER_H
#define OWVM_POLICY_POLICY_PARSER_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/policy-line.h"

struct policy;
struct policy_names;

struct policy_parser {
	struct policy *policy;
	const struct policy_names *names;
	const char *file;
	unsigned int number; /* of the line */
	struct policy_line line;
	struct policy_word word; /* the last one that was taken */
	unsigned int seen;	 /* one bit for each option of this line, for policy-option.c */
	size_t address_column;	 /* of 'address' */
};

/* Note the error of the line, which may be no more than one. Always returns false. */
__attribute__((format(printf, 3, 4))) bool policy_parser_fail(
	struct policy_parser *parser, size_t column, const char *format, ...);

/* Take the word that must stand here; `wanted` is what it is called where it is missing. Returns
 * false after it noted that. */
bool policy_parser_take(struct policy_parser *parser, const char *wanted);

/* Is this the word that was taken? */
bool policy_parser_is(const struct policy_parser *parser, const char *text);

#endif
