/* SPDX-License-Identifier: MIT
 * MAC addresses: text form, the space of a uid, what a guest may use. */
#include "common/mac.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const uint8_t zero[MAC_SIZE];

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool mac_parse(const char *text, uint8_t ret_mac[MAC_SIZE])
{
	uint8_t mac[MAC_SIZE] = {0};

	if (strlen(text) != MAC_TEXT_SIZE - 1)
		return false;
	for (size_t i = 0; i < MAC_SIZE; i++) {
		int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
		char separator = text[3 * i + 2];

		if (high < 0 || low < 0 || separator != (i + 1 < MAC_SIZE ? ':' : '\0'))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	memcpy(ret_mac, mac, MAC_SIZE);
	return true;
}

void mac_format(const uint8_t mac[MAC_SIZE], char ret_text[MAC_TEXT_SIZE])
{
	int length = snprintf(ret_text, MAC_TEXT_SIZE, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		mac[1], mac[2], mac[3], mac[4], mac[5]);

	assert(length == MAC_TEXT_SIZE - 1);
}

bool mac_valid_for_guest(const uint8_t mac[MAC_SIZE])
{
	return (mac[0] & 1) == 0 && mac[0] != MAC_HOST_PREFIX && memcmp(mac, zero, MAC_SIZE) != 0;
}

static void put_uid(uint32_t uid, uint8_t mac[MAC_SIZE])
{
	mac[1] = (uint8_t)(uid >> 24);
	mac[2] = (uint8_t)(uid >> 16);
	mac[3] = (uint8_t)(uid >> 8);
	mac[4] = (uint8_t)uid;
}

bool mac_in_space(const uint8_t mac[MAC_SIZE], uint32_t uid)
{
	uint8_t wanted[MAC_SIZE] = {0};

	put_uid(uid, wanted);
	return (mac[0] & 3) == 2 && mac[0] != MAC_HOST_PREFIX &&
	       memcmp(mac + 1, wanted + 1, 4) == 0;
}

void mac_derive(uint32_t uid, const char *name, unsigned int nic, uint8_t ret_mac[MAC_SIZE])
{
	/* FNV-1a, 32 bit: spreads names over the 63 * 256 addresses that are free. */
	uint32_t hash = 2166136261u;

	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	hash = (hash ^ (uint8_t)nic) * 16777619u;
	hash ^= hash >> 16;
	ret_mac[0] = (uint8_t)((hash >> 8) % 63 << 2 | 2);
	put_uid(uid, ret_mac);
	ret_mac[5] = (uint8_t)hash;
}
