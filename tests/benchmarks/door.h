/* SPDX-License-Identifier: MIT
 * A client of owvm-netd: one connection, one request, one reply. */
#ifndef OWVM_BENCH_DOOR_H
#define OWVM_BENCH_DOOR_H

#include <sys/types.h>

#include "common/wire.h"

#define DOOR_BRIDGE "br-lab"

/* Who connects in a socketpair's or a listener's place. Returns the fd, or ends the program. */
int door_connect(const char *path);

/* Ask for a tap on DOOR_BRIDGE with address number `number` of the user's space. Returns its fd;
 * what is not a success ends the program. */
int door_tap(int socket, uid_t uid, uint8_t number, struct wire_tap_reply *ret_tap);

/* Ask for the first rule, which makes nothing. */
void door_nets(int socket);

/* door_connect() and door_tap() as that user, back to root. */
int door_make(const char *path, uid_t uid, uint8_t number, struct wire_tap_reply *ret_tap);

#endif
