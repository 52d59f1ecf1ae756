/* SPDX-License-Identifier: MIT
 * What the helper has removed, as nothing tells it of links: the service hears of it. */
#ifndef OWVM_NETD_FRONT_LEFTOVERS_H
#define OWVM_NETD_FRONT_LEFTOVERS_H

#include <stdint.h>

struct front;

/* Order the taps in a user's slots removed that nobody holds. Returns 0, or -errno when the back is
 * gone. */
int leftovers_clear(const struct front *front, uint32_t uid);

/* Order everything removed that belongs to links which are gone, of whichever user. Returns 0 or
 * -errno. */
int leftovers_sweep(const struct front *front);

#endif
