/* SPDX-License-Identifier: MIT
 * The bytes of one policy line: which may stand there, and where its words are. */
#ifndef OWVM_POLICY_POLICY_LINE_H
#define OWVM_POLICY_POLICY_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/policy.h"

struct policy_line {
	const char *text;
	size_t length; /* without the newline; after policy_line_check() also without the comment */
	size_t at;     /* how far words were taken */
};

struct policy_word {
	char text[POLICY_TOKEN_MAX + 1];
	size_t column; /* from 1; where the word should be if there is none */
};

/* Check every byte and the length of every word, and cut the comment off. Returns NULL, or the
 * reason for refusing the line, and then *reterr_column is the byte to blame. */
const char *policy_line_check(struct policy_line *line, size_t *reterr_column);

/* Take the next word of a checked line. Returns false, with an empty word, at the end. */
bool policy_line_next(struct policy_line *line, struct policy_word *ret_word);

#endif
