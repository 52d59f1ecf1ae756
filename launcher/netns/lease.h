/* SPDX-License-Identifier: MIT
 * What a DHCP client got: from its environment, as its script is told, to a lease.
 *
 * The script is owrun itself, called back: it sends what it was told through its standard input to
 * the process that keeps the namespace, and decides nothing. All of it is the DHCP server's word,
 * so a guest's: what is no address, or no name, is not there. */
#ifndef OWVM_LAUNCHER_NETNS_LEASE_H
#define OWVM_LAUNCHER_NETNS_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/cidr.h"

#define LEASE_VARIABLE "OWRUN_LEASE" /* of the environment of a script that is owrun */
#define LEASE_MESSAGE_MAX 4096
#define LEASE_SERVERS_MAX 3 /* as of resolv.conf(5) */
#define LEASE_DOMAIN_SIZE 256

struct lease {
	bool held;			     /* else there is none, or no longer */
	struct cidr address;		     /* never {0} where it is held */
	uint32_t gateway;		     /* host byte order; 0: none */
	uint32_t servers[LEASE_SERVERS_MAX]; /* of names, likewise */
	size_t n_servers;
	char domain[LEASE_DOMAIN_SIZE]; /* to search in; may be empty */
	uint32_t seconds;		/* 0: not told */
};

/* Is this process the script of a DHCP client of owrun's? Then lease_tell() is all that it does. */
bool lease_called_back(void);

/* Send the event, argv[1] of a script of udhcpc(8), and what the environment says. Returns an exit
 * status. */
int lease_tell(int argc, char **argv);

/* Read such a message, NUL-terminated. False: it is none that changes anything. */
bool lease_parse(const char *message, struct lease *ret_lease);

#endif
