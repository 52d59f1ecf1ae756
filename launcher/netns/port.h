/* SPDX-License-Identifier: MIT
 * A port of owvm-netd's in the network namespace that this process is in. */
#ifndef OWVM_LAUNCHER_NETNS_PORT_H
#define OWVM_LAUNCHER_NETNS_PORT_H

#include <sys/types.h>

#include "launcher/netd-client/client.h"

/* What is asked for; texts are borrowed, and what netns.h says of them holds. */
struct port {
	const char *bridge;
	const char *interface;
	const char *use;
	uid_t uid; /* the user, as the host knows him */
};

/* Ask for it, with the first address that no other client of this use has. A remark of netd's is
 * printed. Returns 0 and what netd replied, or -errno with a sentence; -ENXIO: the policy permits
 * no client there. */
int port_ask(const struct port *port, const struct netd_client *client,
	struct wire_tap_reply *ret_port, char **reterr_text);

#endif
