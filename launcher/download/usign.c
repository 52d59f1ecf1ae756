/* SPDX-License-Identifier: MIT
 * Signatures as OpenWrt's usign makes them. */
#include "launcher/download/usign.h"

#include <string.h>

#define ALGORITHM "Ed"
#define COMMENT "untrusted comment:"

/* OpenWrt's public keys, and the releases that each signs. */
static const struct {
	const char *key;
	const char *releases[4];
} keys[] = {
	{"RWS1BD5w+adc3j2Hqg9+b66CvLR7NlHbsj7wjNVj0XGt/othDgIAOJS+",
		{"snapshot", "25.12", "23.05"}},
	{"RWTTEMbygz6X95lKDAulctZy3aj15823THXfyrfXgwGbxZlXBd2brNcw", {"24.10"}},
	{"RWRNAX5vHtXWFmt+n5di7XX8rTu0w+c8X7Ihv4oCyD6tzsUwmH0A6kO0", {"22.03"}},
	{"RWQviwuY4IMGvwLfs6842A0m4EZU1IjczTxKMSk3BQP8DAQLHBwdQiaU", {"21.02"}},
	{"RWT5S53W/rrJY9BiIod3JF04AZ/eU1xDpVOb+rjZzAQBEcoETGx8BXEK", {"19.07"}},
};

/* Read the line of base64, all of it, into exactly that many bytes behind the algorithm. */
static bool read_line(const char *text, size_t size, uint8_t *ret_bytes, size_t wanted)
{
	const char *newline = memchr(text, '\n', size);
	uint8_t all[2 + USIGN_NUMBER_SIZE + crypto_sign_BYTES] = {0};
	const char *end = NULL;
	size_t length = 0, used = 0;

	if (size >= strlen(COMMENT) && memcmp(text, COMMENT, strlen(COMMENT)) == 0) {
		if (newline == NULL)
			return false;
		size -= (size_t)(newline + 1 - text);
		text = newline + 1;
		newline = memchr(text, '\n', size);
	}
	length = newline == NULL ? size : (size_t)(newline - text);
	if (newline != NULL && newline + 1 != text + size)
		return false;
	if (length > 0 && text[length - 1] == '\r')
		length--;
	if (sodium_base642bin(all, sizeof(all), text, length, NULL, &used, &end,
		    sodium_base64_VARIANT_ORIGINAL) != 0 ||
		end != text + length || used != 2 + wanted ||
		memcmp(all, ALGORITHM, strlen(ALGORITHM)) != 0)
		return false;
	memcpy(ret_bytes, all + 2, wanted);
	return true;
}

bool usign_read_key(const char *text, size_t size, struct usign_key *ret_key)
{
	uint8_t bytes[sizeof(*ret_key)] = {0};

	if (!read_line(text, size, bytes, sizeof(bytes)))
		return false;
	memcpy(ret_key->number, bytes, USIGN_NUMBER_SIZE);
	memcpy(ret_key->public, bytes + USIGN_NUMBER_SIZE, sizeof(ret_key->public));
	return true;
}

bool usign_read_signature(const char *text, size_t size, struct usign_signature *ret_signature)
{
	uint8_t bytes[sizeof(*ret_signature)] = {0};

	if (!read_line(text, size, bytes, sizeof(bytes)))
		return false;
	memcpy(ret_signature->number, bytes, USIGN_NUMBER_SIZE);
	memcpy(ret_signature->bytes, bytes + USIGN_NUMBER_SIZE, sizeof(ret_signature->bytes));
	return true;
}

void usign_format(const uint8_t number[USIGN_NUMBER_SIZE], char ret_text[USIGN_NUMBER_TEXT_SIZE])
{
	sodium_bin2hex(ret_text, USIGN_NUMBER_TEXT_SIZE, number, USIGN_NUMBER_SIZE);
}

bool usign_find_key(
	const char *version, const uint8_t number[USIGN_NUMBER_SIZE], struct usign_key *ret_key)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct usign_key key = {0};

		if (!usign_read_key(keys[i].key, strlen(keys[i].key), &key) ||
			memcmp(key.number, number, USIGN_NUMBER_SIZE) != 0)
			continue;
		for (const char *const *release = keys[i].releases; *release != NULL; release++) {
			size_t length = strlen(*release);

			if (strncmp(*release, version, length) == 0 &&
				(version[length] == '\0' || version[length] == '.')) {
				*ret_key = key;
				return true;
			}
		}
	}
	return false;
}

bool usign_check(const struct usign_key *key, const struct usign_signature *signature,
	const void *data, size_t size)
{
	return memcmp(key->number, signature->number, USIGN_NUMBER_SIZE) == 0 &&
	       crypto_sign_verify_detached(signature->bytes, data, size, key->public) == 0;
}
