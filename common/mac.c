/* SPDX-License-Identifier: MIT
 * MAC addresses: what netd needs of them where it has a privilege. */
#include "common/mac.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const uint8_t zero[MAC_SIZE];

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
