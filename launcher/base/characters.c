/* SPDX-License-Identifier: MIT
 * Bytes as they come, taken apart into characters of UTF-8. Pure. */
#include "launcher/base/characters.h"

#include <assert.h>
#include <string.h>

void characters_add(struct characters *characters, char byte)
{
	assert(characters->n < UTF8_MAX);
	characters->bytes[characters->n++] = byte;
}

static size_t take(struct characters *characters, size_t length, char ret_character[UTF8_MAX])
{
	memcpy(ret_character, characters->bytes, length);
	characters->n -= length;
	memmove(characters->bytes, characters->bytes + length, characters->n);
	return length;
}

size_t characters_next(struct characters *characters, char ret_character[UTF8_MAX], bool *ret_sound)
{
	size_t length = 0;

	if (characters->n == 0 || utf8_is_cut(characters->bytes, characters->n))
		return 0;
	length = utf8_length(characters->bytes, characters->n);
	*ret_sound = length > 0;
	return take(characters, length > 0 ? length : 1, ret_character);
}

size_t characters_rest(struct characters *characters, char ret_character[UTF8_MAX])
{
	return characters->n == 0 ? 0 : take(characters, 1, ret_character);
}
