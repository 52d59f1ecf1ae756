/* SPDX-License-Identifier: MIT
 * All links of a kind, for who has to look for some. */
#ifndef OWVM_NETD_FRONT_LINKS_H
#define OWVM_NETD_FRONT_LINKS_H

#include "netd/kernel/link.h"

typedef void links_visitor(const struct link *link, void *context);

/* Visit all links of a kind ("tun", "bridge"). Returns 0, -EINTR: links changed meanwhile, what was
 * visited must be thrown away; or another -errno. */
int links_each(struct netlink *route, const char *kind, links_visitor *visitor, void *context);

#endif
