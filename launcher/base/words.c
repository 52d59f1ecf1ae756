/* SPDX-License-Identifier: MIT
 * A command line in one text, taken apart without a shell. */
#include "launcher/base/words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define BLANKS " \t\n"

void words_add(struct words *words, const char *word)
{
	char **items = reallocarray(words->items, words->n + 2, sizeof(*items));

	if (items == NULL)
		abort();
	words->items = items;
	items[words->n++] = text_format("%s", word);
	items[words->n] = NULL;
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->items[i]);
	free(words->items);
	*words = (struct words){0};
}

/* In double quotes a backslash is one unless it stands before what it can take the meaning of. */
static bool escapes(const char *at, char quote)
{
	return at[0] == '\\' && at[1] != '\0' &&
	       (quote == '\0' || (quote == '"' && strchr("\"\\$`", at[1]) != NULL));
}

/* Take one word, which begins at *text, into `word`, which has room for it. Returns whether its
 * quotes end. */
static bool take_word(const char **text, char *word)
{
	const char *at = *text;
	char quote = '\0';

	for (; *at != '\0' && (quote != '\0' || strchr(BLANKS, *at) == NULL); at++) {
		if (escapes(at, quote))
			*word++ = *++at;
		else if (quote == '\0' && (*at == '"' || *at == '\''))
			quote = *at;
		else if (quote != '\0' && *at == quote)
			quote = '\0';
		else
			*word++ = *at;
	}
	*word = '\0';
	*text = at;
	return quote == '\0';
}

int words_split(const char *text, struct words *ret_words)
{
	OWNED_WORDS words = {0};
	OWNED_MEMORY char *word = text_format("%s", text);

	while (*(text += strspn(text, BLANKS)) != '\0') {
		if (!take_word(&text, word))
			return -EINVAL;
		words_add(&words, word);
	}
	*ret_words = words;
	words = (struct words){0};
	return 0;
}
