/* SPDX-License-Identifier: MIT
 * Leftovers of one user: what the file-capability helper clears away before it serves. */
#ifndef OWVM_NETD_LEFTOVERS_H
#define OWVM_NETD_LEFTOVERS_H

#include <stdint.h>

struct netd;

/* Delete the taps in the slots of uid that nobody holds. */
void leftovers_remove(const struct netd *netd, uint32_t uid);

#endif
