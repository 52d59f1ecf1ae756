/* SPDX-License-Identifier: MIT
 * Leftovers in the slots of a user. */
#ifndef OWVM_NETD_BACK_SLOTS_H
#define OWVM_NETD_BACK_SLOTS_H

#include <stdint.h>

struct netlink;

/* Delete the ports of uid that nobody holds. */
void slots_clear(struct netlink *route, uint32_t uid);

#endif
