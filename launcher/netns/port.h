/* SPDX-License-Identifier: MIT
 * A port of owvm-netd's in the network namespace that this process is in. */
#ifndef OWVM_LAUNCHER_NETNS_PORT_H
#define OWVM_LAUNCHER_NETNS_PORT_H

#include <sys/types.h>

#include "launcher/netd-client/client.h"
#include "launcher/netns/netns.h"

/* Ask for it, with the first address that no other client of this use has; `uid` is the user's, as
 * the host knows him. A remark of netd's is printed. Returns 0, or -errno with a sentence. */
int port_ask(const struct netns *netns, const struct netd_client *client, uid_t uid,
	struct wire_tap_reply *ret_port, char **reterr_text);

#endif
