/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: the fds of its NICs. */
#include "launcher/netd-client/lan.h"
#include "launcher/start/private.h"

void start_close_ports(struct start *start)
{
	for (size_t i = 0; i < VM_NICS_MAX; i++)
		netd_fds_close(&start->fds[i]);
	start->n_fds = 0;
}

/* Those of passt come with each QEMU, see start_passts(). */
static int open_port(struct start *start, size_t i, char **reterr_text)
{
	const struct nic *nic = &start->vm->nics[i];
	struct plan_nic *facts = &start->facts.nics[i];
	int r = 0;

	if (nic->kind == NIC_PASST)
		start->fds[i] = (struct netd_fds){.fds = {-1}, .taps = 1};
	if (nic->kind != NIC_BRIDGE)
		return 0;
	r = lan_open(start->vm->name, nic, &start->client, facts->mac, &start->ports[i],
		&start->fds[i], reterr_text);
	facts->mtu = start->ports[i].mtu;
	return r;
}

int start_open_ports(struct start *start, char **reterr_text)
{
	for (size_t i = 0; i < start->vm->n_nics; i++) {
		struct plan_nic *facts = &start->facts.nics[i];
		const struct netd_fds *fds = &start->fds[i];
		int r = open_port(start, i, reterr_text);

		if (r < 0)
			return r;
		facts->fd = SPAWN_TAP_FD + (int)start->n_fds;
		facts->taps = fds->taps;
		facts->vhosts = fds->vhosts;
		start->n_fds += fds->taps + fds->vhosts;
	}
	return 0;
}
