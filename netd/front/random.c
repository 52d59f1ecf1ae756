/* SPDX-License-Identifier: MIT
 * Addresses that netd itself picks. */
#include "netd/front/random.h"

#include <stdlib.h>
#include <sys/random.h>

void random_mac(uint8_t ret_mac[MAC_SIZE])
{
	/* Requests of up to 256 bytes are never cut short (getrandom(2)). */
	if (getrandom(ret_mac, MAC_SIZE, 0) != MAC_SIZE)
		abort();
	ret_mac[0] = MAC_HOST_PREFIX;
}
