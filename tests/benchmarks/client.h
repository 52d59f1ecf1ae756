/* SPDX-License-Identifier: MIT
 * A client of owvm-netd: one connection, one request, one reply. */
#ifndef OWVM_BENCH_CLIENT_H
#define OWVM_BENCH_CLIENT_H

#include <sys/types.h>

#include "common/wire.h"

#define CLIENT_BRIDGE "br-lab"

/* Who connects in a socketpair's or a listener's place. Returns the fd, or ends the program. */
int client_connect(const char *path);

/* The bridge on which ports of that user are bare taps: nothing is guarded on it. On CLIENT_BRIDGE
 * they are cables. */
const char *client_own_bridge(uid_t uid, char ret_name[IFNAME_SIZE]);

/* Ask for a tap on a bridge with address number `number` of the user's space. Returns its fd;
 * what is not a success ends the program. */
int client_tap(
	int socket, const char *bridge, uid_t uid, uint8_t number, struct wire_tap_reply *ret_tap);

/* Ask for the first rule, which makes nothing. */
void client_nets(int socket);

/* Ask for the first port of the user, who must have one. */
void client_ports(int socket);

/* client_connect() and client_tap() as that user, back to root. */
int client_make(const char *path, const char *bridge, uid_t uid, uint8_t number,
	struct wire_tap_reply *ret_tap);

#endif
