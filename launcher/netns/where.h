/* SPDX-License-Identifier: MIT
 * Which bridge an operand means: its own name, or the LAN of a VM that runs. */
#ifndef OWVM_LAUNCHER_NETNS_WHERE_H
#define OWVM_LAUNCHER_NETNS_WHERE_H

#include <stdbool.h>

#include "common/ifname.h"

/* Find it. A name that is both is the bridge's, and that is said. Whether there is such a bridge,
 * or may be one, is for netd to say. `trust`: see vmdir_open(). Returns 0, or -errno with a
 * sentence. */
int where_find(const char *operand, bool trust, char ret_bridge[IFNAME_SIZE], char **reterr_text);

/* Is there a bridge of that name in this network namespace? */
bool where_is_bridge(const char *name);

/* What the policy said of an operand that is no VM: where there is no such bridge either, the name
 * is wrong rather than the policy, and *reterr_text says that first. */
void where_doubt(const char *operand, char **reterr_text);

/* The VMs of this user that have a port on that bridge, as "VM 'x' is" or "VMs 'x', 'y' are", which
 * the caller frees; NULL: none has, as far as netd says. */
char *where_vms(const char *bridge);

#endif
