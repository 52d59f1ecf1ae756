/* SPDX-License-Identifier: MIT
 * Lists of KEY=VALUE as QEMU reads them: a comma ends a word, and two are one. */
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/translate/private.h"

char *words_take(const char **text)
{
	const char *begin = *text, *end = begin;

	if (*begin == '\0')
		return NULL;
	while (*end != '\0' && (*end != ',' || end[1] == ','))
		end += *end == ',' ? 2 : 1;
	*text = end + (*end == ',' ? 1 : 0);
	return text_format("%.*s", (int)(end - begin), begin);
}

char *words_get(const char *text, const char *key)
{
	size_t length = strlen(key);
	char *word = NULL;

	while ((word = words_take(&text)) != NULL) {
		OWNED_MEMORY char *owned = word;

		if (strncmp(owned, key, length) == 0 && owned[length] == '=')
			return text_format("%s", owned + length + 1);
	}
	return NULL;
}

bool words_is_one(const char *word, const char *const *keys)
{
	size_t length = strcspn(word, "=");

	for (; *keys != NULL; keys++)
		if (strlen(*keys) == length && memcmp(word, *keys, length) == 0)
			return true;
	return false;
}
