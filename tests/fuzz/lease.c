/* SPDX-License-Identifier: MIT
 * Fuzz target: any bytes as what a DHCP client's script tells.
 *
 * Whatever they are, a lease that is held has the address of a host and its network, and what comes
 * into resolv.conf are addresses and one word. */
#include "launcher/netns/lease.h"

#include <stdlib.h>
#include <string.h>

#include "common/ifname.h"
#include "tests/fuzz/fuzz.h"

static void expect_host(uint32_t address)
{
	EXPECT(address >> 24 != 0 && address >> 24 != 127 && address >> 24 < 224);
}

static void check(const struct lease *lease)
{
	if (lease->held) {
		EXPECT(lease->address.prefix >= 1 && lease->address.prefix <= 32);
		expect_host(lease->address.address);
	}
	if (lease->gateway != 0)
		expect_host(lease->gateway);
	EXPECT(lease->n_servers <= LEASE_SERVERS_MAX);
	for (size_t i = 0; i < lease->n_servers; i++)
		expect_host(lease->servers[i]);
	EXPECT(memchr(lease->domain, '\0', sizeof(lease->domain)) != NULL);
	for (const char *c = lease->domain; *c != '\0'; c++)
		EXPECT(ifname_char_valid(*c));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *message = calloc(1, size + 1);
	struct lease lease = {0};

	if (message == NULL)
		return 0;
	memcpy(message, data, size);
	if (lease_parse(message, &lease))
		check(&lease);
	free(message);
	return 0;
}
