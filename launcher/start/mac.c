/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: the addresses of its network cards.
 *
 * They are derived from the VM's name, so that they are the same at each start. Two names may give
 * the same one: among 400 VMs of a user about ten do. Who starts while another VM runs with it
 * takes the next, and remembers that.
 *
 * On a bridge that others share they are derived from the host as well. A VM that is kept remembers
 * that address, and has it on whatever host it is started. One from before owrun knew of hosts
 * keeps the one by its name. */
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/home/remember.h"
#include "launcher/netd-client/memory.h"
#include "launcher/runtime/find-mac.h"
#include "launcher/start/private.h"

#define TRIES_MAX 64

static bool is_taken(const struct start *start, size_t nic, const uint8_t mac[MAC_SIZE])
{
	OWNED_MEMORY char *owner = runtime_find_mac(&start->places, mac, start->vm->name);

	for (size_t i = 0; i < start->vm->n_nics; i++) {
		const struct nic *given = &start->vm->nics[i];

		if ((given->has_mac && memcmp(given->mac, mac, MAC_SIZE) == 0) ||
			(i < nic && memcmp(start->facts.nics[i].mac, mac, MAC_SIZE) == 0))
			return true;
	}
	return owner != NULL;
}

/* What a kept VM remembers, else NULL. */
static const json_t *kept(const struct start *start)
{
	return start->vmdir->fd >= 0 ? start->memory : NULL;
}

/* The address by the name, or the n-th after it. */
static void derive(const struct start *start, size_t nic, unsigned int n, uint8_t mac[MAC_SIZE])
{
	/* No VM has a name with a '/'. */
	OWNED_MEMORY char *other = text_format("%s/%u", start->vm->name, n);

	memory_derive(kept(start), (uint32_t)start->places.uid, &start->vm->nics[nic],
		n == 0 ? start->vm->name : other, (unsigned int)nic, mac);
}

/* Is it an address that this host alone would give it? */
static bool is_to_be_kept(const struct start *start, size_t nic)
{
	return kept(start) != NULL &&
	       memory_is_by_host(kept(start), (uint32_t)start->places.uid, &start->vm->nics[nic]);
}

static void settle(struct start *start, size_t nic, uint8_t mac[MAC_SIZE])
{
	if (remember_mac(start->memory, nic, mac) && !is_taken(start, nic, mac))
		return;
	for (unsigned int n = 0; n < TRIES_MAX; n++) {
		derive(start, nic, n, mac);
		if (is_taken(start, nic, mac))
			continue;
		if (n > 0 || is_to_be_kept(start, nic))
			remember_mac_is(start->memory, nic, mac);
		return;
	}
}

void start_settle_macs(struct start *start)
{
	const struct vm *vm = start->vm;

	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].has_mac)
			memcpy(start->facts.nics[i].mac, vm->nics[i].mac, MAC_SIZE);
		else
			settle(start, i, start->facts.nics[i].mac);
}
