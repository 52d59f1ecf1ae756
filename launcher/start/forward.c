/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: the process that forwards to its LAN. */
#include "launcher/start/private.h"

int start_forwarder(struct start *start, char **reterr_text)
{
	const struct vm *vm = start->vm;
	struct forward forwards[FORWARDS_MAX] = {0};
	struct forwarder_setup setup = {
		.runtime = &start->runtime,
		.name = vm->name,
		.bridge = vm->nics[0].bridge,
		.guest_address = vm->guest_address,
		.forwards = forwards,
	};

	for (size_t i = 0; i < vm->n_forwards; i++)
		if (vm_forward_nic(vm, &vm->forwards[i])->kind == NIC_BRIDGE)
			forwards[setup.n++] = vm->forwards[i];
	return setup.n == 0 ? 0 : forwarder_start(&setup, &start->forwarder, reterr_text);
}

int start_attend_forwarder(struct start *start, char **reterr_text)
{
	int r = start->forwarder.pid == 0
			? 0
			: forwarder_attend(&start->forwarder, start->spawn.pidfd, reterr_text);

	if (r < 0)
		spawn_kill(&start->spawn);
	return r;
}
