/* SPDX-License-Identifier: MIT
 * What every step of the privileged side needs. */
#ifndef OWVM_NETD_PORT_NETD_H
#define OWVM_NETD_PORT_NETD_H

struct netlink;

struct netd {
	struct netlink *route;
	struct netlink *nft;
	int reaper; /* its socket; -1 in a process that serves one request: it waits itself */
};

#endif
