/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: the passts of its NICs. */
#include "launcher/passt/passt.h"

#include <errno.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/start/private.h"

int start_find_passt(struct start *start, char **reterr_text)
{
	const struct vm *vm = start->vm;

	for (size_t i = 0; i < vm->n_nics && start->passt == NULL; i++) {
		if (vm->nics[i].kind != NIC_PASST)
			continue;
		start->passt = passt_find(getenv("PATH"), reterr_text);
		if (start->passt == NULL)
			return -EINVAL;
	}
	return 0;
}

/* What NIC i's is to be; `id` is that of its netdev. */
static struct plan_passt passt_of(const struct start *start, size_t i, const char *id)
{
	const struct vm *vm = start->vm;
	struct plan_passt passt = {
		.program = start->passt,
		.directory = start->facts.directory,
		.id = id,
		.nic = &vm->nics[i],
	};

	for (size_t at = 0; at < vm->n_forwards; at++)
		if (vm_forward_nic(vm, &vm->forwards[at]) == passt.nic)
			passt.forwards[passt.n_forwards++] = vm->forwards[at];
	return passt;
}

void start_print_passts(const struct start *start, FILE *stream)
{
	for (size_t i = 0; i < start->vm->n_nics; i++) {
		OWNED_MEMORY char *id = text_format(PLAN_NETDEV, i);
		struct plan_passt passt = passt_of(start, i, id);
		struct plan plan = {0};

		if (passt.nic->kind != NIC_PASST)
			continue;
		plan_make_passt(&passt, &plan);
		plan_print(&plan, stream);
		plan_free(&plan);
	}
}

int start_passts(struct start *start, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < start->vm->n_nics; i++) {
		OWNED_MEMORY char *id = text_format(PLAN_NETDEV, i);
		const struct passt_setup setup = {
			.plan = passt_of(start, i, id),
			.runtime = &start->runtime,
			.free = start->vm->no_sandbox,
			.signals = start->signals,
		};
		int *fd = &start->fds[i].fds[0];

		if (setup.plan.nic->kind != NIC_PASST)
			continue;
		cleanup_close(fd);
		passt_await_end(&start->passts[i]);
		r = passt_start(&setup, fd, &start->passts[i], reterr_text);
	}
	return r;
}
