/* SPDX-License-Identifier: MIT
 * A DHCP client on an interface of this network namespace.
 *
 * Theory of operation: it is udhcpc, of a package or of busybox. What it takes apart comes from a
 * guest, and it runs as the user, so it is confined as QEMU is: it can open what it is made of,
 * start owrun, its script, and nothing else. It has the capabilities for raw sockets and for DHCP's
 * port, both of the namespace alone, and changes nothing: what it got is told to its parent, see
 * lease.h. */
#ifndef OWVM_LAUNCHER_NETNS_DHCP_H
#define OWVM_LAUNCHER_NETNS_DHCP_H

#include <sys/types.h>

struct dhcp {
	pid_t pid;
	int told; /* fd of what its script says: a message each time, see lease_parse() */
};

#define DHCP_NONE \
	{ \
		.told = -1 \
	}

/* The program, with its path, that would be started: the caller frees it. NULL: there is none. */
char *dhcp_find(void);

/* Start it; it ends with this process. Returns 0, or -errno with a sentence. The caller reaps it
 * and closes the fd. */
int dhcp_start(const char *interface, struct dhcp *ret_dhcp, char **reterr_text);

#endif
