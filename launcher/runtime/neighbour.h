/* SPDX-License-Identifier: MIT
 * A second router on one LAN. */
#ifndef OWVM_LAUNCHER_RUNTIME_NEIGHBOUR_H
#define OWVM_LAUNCHER_RUNTIME_NEIGHBOUR_H

#include <jansson.h>

#include "launcher/runtime/place.h"

/* A sentence about another living VM of this user that is laid out as a router, with a LAN and a
 * WAN, on the bridge that is this one's LAN, and whose address there is the same as far as was
 * said. NULL: there is none, or this is no router. The caller frees it. */
char *neighbour_tell(const struct runtime_places *places, const json_t *state);

#endif
