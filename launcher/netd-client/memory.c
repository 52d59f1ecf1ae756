/* SPDX-License-Identifier: MIT
 * The addresses of a kept VM's cards: those that it remembers, and those of which the host is a
 * part. */
#include "launcher/netd-client/memory.h"

#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/home/remember.h"
#include "launcher/netd-client/address.h"
#include "launcher/vm/vm.h"

void memory_note_host(const struct vmdir *vmdir, const struct vm *vm)
{
	OWNED_MEMORY char *error = NULL;
	bool shared = false;

	for (size_t i = 0; i < vm->n_nics; i++)
		shared |= memory_is_by_host(NULL, (uint32_t)geteuid(), &vm->nics[i]);
	if (shared && remember_by_host(vmdir, &error) < 0)
		text_say("%s", error);
}

bool memory_is_by_host(const json_t *memory, uint32_t uid, const struct nic *nic)
{
	return nic->kind == NIC_BRIDGE && address_is_shared(uid, nic->bridge) &&
	       (memory == NULL || remember_is_by_host(memory));
}

void memory_derive(const json_t *memory, uint32_t uid, const struct nic *nic, const char *name,
	unsigned int number, uint8_t ret_mac[MAC_SIZE])
{
	bool by_host = memory_is_by_host(memory, uid, nic);

	address_derive(uid, by_host ? nic->bridge : "", name, number, ret_mac);
}
