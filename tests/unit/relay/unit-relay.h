/* SPDX-License-Identifier: MIT
 * A relay in a process of its own, whose guest is this host. */
#ifndef OWVM_TESTS_UNIT_RELAY_UNIT_RELAY_H
#define OWVM_TESTS_UNIT_RELAY_UNIT_RELAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "launcher/relay/message.h"

#define LONG_TIME 20000 /* ms: a machine under load */

/* A relay, the guest's socket, and what ends it. */
struct world {
	pid_t pid;
	int end; /* closed, it ends */
	int guest;
	uint16_t port;			      /* of the forward */
	struct sockaddr_storage control_name; /* of the socket for requests */
	socklen_t control_size;
};

/* A socket that is bound to a port of the loopback address. */
int unit_relay_bound(int type, uint16_t *ret_port);

/* Start a relay with one forward; with `files` above 0 it may open so many. */
struct world unit_relay_begin(bool udp, rlim_t files);
void unit_relay_finish(struct world *world);

/* Connect to the forward, take what came to the guest, and expect a text. */
int unit_relay_join(const struct world *world, int type);
int unit_relay_take(const struct world *world);
void unit_relay_expect(int fd, const char *text);
bool unit_relay_readable(int fd, int timeout);

/* Request something. Returns the reply's error; ret_reply and ret_fd may be NULL. */
int unit_relay_ask(const struct world *world, uint32_t operation, const char *forward, int fd,
	struct relay_reply *ret_reply, int *ret_fd);

#endif
