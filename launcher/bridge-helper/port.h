/* SPDX-License-Identifier: MIT
 * What owvm-bridge-helper does: a port from owvm-netd, handed on in the protocol of QEMU's own
 * helper, which is one byte and one fd over a stream socket. */
#ifndef OWVM_LAUNCHER_BRIDGE_HELPER_PORT_H
#define OWVM_LAUNCHER_BRIDGE_HELPER_PORT_H

#include "launcher/bridge-helper/arguments.h"
#include "launcher/netd-client/client.h"

/* Is fd a connected Unix stream socket? Asked first, so that nobody's mistake makes a port. Returns
 * 0 or -errno with a sentence. */
int bridge_port_check(int fd, char **reterr_text);

/* Ask netd for the port; a remark of netd's is printed. Returns 0 and *ret_tap, which the caller
 * owns, or -errno with a sentence: a refusal is -EPERM. */
int bridge_port_open(const struct netd_client *client, const struct bridge_arguments *arguments,
	int *ret_tap, char **reterr_text);

/* Send the tap over the socket; the caller keeps both. Returns 0 or -errno with a sentence. */
int bridge_port_pass(int socket, int tap, char **reterr_text);

#endif
