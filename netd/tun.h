/* SPDX-License-Identifier: MIT
 * Taps: the slots of a uid, and leftovers in them. */
#ifndef OWVM_NETD_TUN_H
#define OWVM_NETD_TUN_H

#include <stdint.h>

#include "common/ifname.h"

/* Make a tap in the highest free slot of uid below `taps`, owned by netd's own uid, not persistent.
 * Its name is written to ret_name; *ret_fd belongs to the caller. The kernel's check that names are
 * unique is the quota. Returns 0; -EBUSY: all slots are taken; -ENODEV: /dev/net/tun cannot be
 * opened; another -errno: the kernel refused. */
int tun_take_slot(uint32_t uid, unsigned int taps, char ret_name[IFNAME_SIZE], int *ret_fd);

/* Delete the tap of this name if nobody holds it: a single-queue tap to which one can attach is a
 * leftover, a live one is busy. */
void tun_remove_stale(const char *name);

#endif
