/* SPDX-License-Identifier: MIT
 * A command line of ssh's. */
#include "launcher/ssh/words.h"

#include <string.h>

#define WITH_VALUE "BbcDEeFIiJLlmOopPQRSWw" /* letters of ssh(1) that a value follows */

/* Does the value of the last option in a word come in the next one? */
static int wants_next(const char *word)
{
	for (word++; *word != '\0'; word++)
		if (strchr(WITH_VALUE, *word) != NULL)
			return word[1] == '\0';
	return 0;
}

size_t words_options(char *const *words, size_t n)
{
	size_t i = 0;

	while (i < n && words[i][0] == '-' && words[i][1] != '\0') {
		if (strcmp(words[i], "--") == 0)
			return i + 1;
		i += wants_next(words[i]) ? 2 : 1;
	}
	return i < n ? i : n;
}
