/* SPDX-License-Identifier: MIT
 * Signatures as OpenWrt's usign makes them (and OpenBSD's signify). Pure.
 *
 * A file is a line of comment and one of base64: "Ed", the number of the key, and its public half
 * or a signature by ed25519. The number is not signed, so that it only picks one of the keys that
 * are believed anyway. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_USIGN_H
#define OWVM_LAUNCHER_DOWNLOAD_USIGN_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USIGN_NUMBER_SIZE 8
#define USIGN_NUMBER_TEXT_SIZE (2 * USIGN_NUMBER_SIZE + 1)

struct usign_key {
	uint8_t number[USIGN_NUMBER_SIZE];
	uint8_t public[crypto_sign_PUBLICKEYBYTES];
};

struct usign_signature {
	uint8_t number[USIGN_NUMBER_SIZE];
	uint8_t bytes[crypto_sign_BYTES];
};

/* Read a file, or its line of base64 alone. */
bool usign_read_key(const char *text, size_t size, struct usign_key *ret_key);
bool usign_read_signature(const char *text, size_t size, struct usign_signature *ret_signature);

/* The number for people. */
void usign_format(const uint8_t number[USIGN_NUMBER_SIZE], char ret_text[USIGN_NUMBER_TEXT_SIZE]);

/* The key of OpenWrt's for a release, as "23.05.0" or "snapshot", with that number. False: OpenWrt
 * signs that release by another, or it is not known here. */
bool usign_find_key(
	const char *version, const uint8_t number[USIGN_NUMBER_SIZE], struct usign_key *ret_key);

/* Has that key made the signature of the data? */
bool usign_check(const struct usign_key *key, const struct usign_signature *signature,
	const void *data, size_t size);

#endif
