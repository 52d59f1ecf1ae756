/* SPDX-License-Identifier: MIT
 * A command line in one text, as $EDITOR has it, taken apart without a shell. */
#ifndef OWVM_LAUNCHER_BASE_WORDS_H
#define OWVM_LAUNCHER_BASE_WORDS_H

#include <stddef.h>

struct words {
	char **items; /* n of them and a NULL */
	size_t n;
};

/* Take a text apart at blanks. Quotes and backslashes mean what they mean to a POSIX shell; nothing
 * else does. Returns 0, or -EINVAL for a quote that does not end. Free with words_free(). */
int words_split(const char *text, struct words *ret_words);

/* Add a copy of one more. */
void words_add(struct words *words, const char *word);

void words_free(struct words *words);

#define OWNED_WORDS __attribute__((cleanup(words_free))) struct words

#endif
