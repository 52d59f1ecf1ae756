/* SPDX-License-Identifier: MIT
 * MAC addresses: the space of a uid. */
#include <string.h>

#include "common/mac.h"

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
