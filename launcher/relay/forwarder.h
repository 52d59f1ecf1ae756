/* SPDX-License-Identifier: MIT
 * The process that forwards ports of this host to a guest's LAN.
 *
 * Theory of operation: owrun forks it and gives it bound sockets; it moves into a network namespace
 * of its own with a port on the VM's bridge (netns/netns.h), so that what it connects to is the
 * guest's LAN and nothing else, and what it listens on is this host. Then it gives up all that it
 * has: capabilities, files (Landlock), new processes, sockets other than those of IP. It has a
 * pidfd of QEMU, and ends with it. What is asked of it later comes by a socket in the VM's
 * directory, see message.h; sockets for more forwards come by that as fds. */
#ifndef OWVM_LAUNCHER_RELAY_FORWARDER_H
#define OWVM_LAUNCHER_RELAY_FORWARDER_H

#include <sys/types.h>

#include "launcher/relay/setup.h"

/* One that is being started. */
struct forwarder {
	pid_t pid;   /* 0: there is none */
	int channel; /* to it; it ends when this is closed before the VM is there */
};

#define FORWARDER_NONE \
	{ \
		.channel = -1 \
	}

/* Start it, and wait until it has its port. Returns 0, or -errno with a sentence, and nothing is
 * left. */
int forwarder_start(
	const struct forwarder_setup *setup, struct forwarder *ret_forwarder, char **reterr_text);

/* The VM is there: from now on it forwards until that process ends. Returns 0, or -errno with a
 * sentence, and then it has ended. */
int forwarder_attend(struct forwarder *forwarder, int pidfd, char **reterr_text);

/* End one that does not attend to a VM yet. */
void forwarder_stop(struct forwarder *forwarder);

#endif
