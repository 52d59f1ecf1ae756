/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest: reaching it from here. */
#ifndef OWVM_LAUNCHER_HOST_FORWARD_CONNECT_H
#define OWVM_LAUNCHER_HOST_FORWARD_CONNECT_H

#include <stdint.h>

#include "launcher/vm/forward.h"

/* Connect to a tcp forward, until the deadline (see base/deadline.h), by that link (NULL: as the
 * host's routes lead). Returns the fd, which does not block, or -errno. */
int forward_connect(const struct forward *forward, const char *link, int64_t deadline);

#endif
