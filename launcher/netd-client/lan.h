/* SPDX-License-Identifier: MIT
 * NICs on bridges: when the LAN falls back to a user network, and ports from netd. */
#ifndef OWVM_LAUNCHER_NETD_CLIENT_LAN_H
#define OWVM_LAUNCHER_NETD_CLIENT_LAN_H

#include "common/mac.h"
#include "launcher/netd-client/client.h"
#include "launcher/vm/vm.h"

/* For a VM that vm_complete() saw: where nothing was said about the LAN and the host has no netd at
 * all, the LAN becomes a user network; a LAN that is one gets a forward to the guest's web page
 * unless other forwards were asked for. Returns true where it fell back. */
bool lan_settle(struct vm *vm, const struct netd_client *client);

/* Ask netd for the port of a NIC on a bridge; name is the VM's. A remark of netd's is printed, and
 * one about STP.
 * Returns 0 and fills *ret_port and *ret_fds (owned by the caller), or -errno with a sentence. */
int lan_open(const char *name, const struct nic *nic, const struct netd_client *client,
	const uint8_t mac[MAC_SIZE], struct wire_tap_reply *ret_port, struct netd_fds *ret_fds,
	char **reterr_text);

#endif
