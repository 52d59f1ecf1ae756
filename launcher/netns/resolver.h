/* SPDX-License-Identifier: MIT
 * The name servers of a mount namespace: a resolv.conf of its own, in memory. */
#ifndef OWVM_LAUNCHER_NETNS_RESOLVER_H
#define OWVM_LAUNCHER_NETNS_RESOLVER_H

#include "launcher/netns/lease.h"

/* In a mount namespace of this process's own: lay a file over /etc/resolv.conf, wherever that
 * leads, and cover the sockets of this host's services that answer for names, as those would ask
 * the host's network. Returns the file's fd, which the caller owns, and which says that there is no
 * name server; or -errno with a sentence: -ENOENT where the host has no such file. */
int resolver_open(char **reterr_text);

/* Let the file say what the lease does; one that is not held: that there is no name server. Returns
 * 0 or -errno. */
int resolver_write(int fd, const struct lease *lease);

#endif
