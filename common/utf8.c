/* SPDX-License-Identifier: MIT
 * Characters in UTF-8 (RFC 3629). */
#include "common/utf8.h"

#include <stdint.h>

/* The first byte of a character: how many follow, and the range of the second one (Unicode, table
 * 3-7). */
struct lead {
	uint8_t first, last;
	uint8_t following;
	uint8_t low, high;
};

static const struct lead leads[] = {
	{.first = 0x00, .last = 0x7f, .following = 0},
	{.first = 0xc2, .last = 0xdf, .following = 1, .low = 0x80, .high = 0xbf},
	{.first = 0xe0, .last = 0xe0, .following = 2, .low = 0xa0, .high = 0xbf},
	{.first = 0xe1, .last = 0xec, .following = 2, .low = 0x80, .high = 0xbf},
	{.first = 0xed, .last = 0xed, .following = 2, .low = 0x80, .high = 0x9f},
	{.first = 0xee, .last = 0xef, .following = 2, .low = 0x80, .high = 0xbf},
	{.first = 0xf0, .last = 0xf0, .following = 3, .low = 0x90, .high = 0xbf},
	{.first = 0xf1, .last = 0xf3, .following = 3, .low = 0x80, .high = 0xbf},
	{.first = 0xf4, .last = 0xf4, .following = 3, .low = 0x80, .high = 0x8f},
};

/* How many bytes the character that begins so has in all, also those that are not there; 0: none
 * begins so. */
static size_t full_length(const uint8_t *bytes, size_t length)
{
	const struct lead *lead = leads;

	while (bytes[0] < lead->first || bytes[0] > lead->last)
		if (++lead == leads + sizeof(leads) / sizeof(leads[0]))
			return 0;
	if (lead->following > 0 && length > 1 && (bytes[1] < lead->low || bytes[1] > lead->high))
		return 0;
	for (size_t i = 2; i <= lead->following && i < length; i++)
		if (bytes[i] < 0x80 || bytes[i] > 0xbf)
			return 0;
	return 1 + (size_t)lead->following;
}

size_t utf8_length(const char *text, size_t length)
{
	size_t full = full_length((const uint8_t *)text, length);

	return full <= length ? full : 0;
}

bool utf8_is_cut(const char *text, size_t length)
{
	return full_length((const uint8_t *)text, length) > length;
}

bool utf8_is_control(const char *character, size_t length)
{
	const uint8_t *bytes = (const uint8_t *)character;

	if (length == 1)
		return bytes[0] < 0x20 || bytes[0] == 0x7f;
	return length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0;
}
