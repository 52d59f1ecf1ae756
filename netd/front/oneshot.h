/* SPDX-License-Identifier: MIT
 * The front of the file-capability helper: one request of the user who started it. */
#ifndef OWVM_NETD_FRONT_ONESHOT_H
#define OWVM_NETD_FRONT_ONESHOT_H

#include <stdbool.h>

struct front;

/* Refuse the one request while the service's socket is listened on: else this were a way around the
 * service's limits. Was it refused? */
bool oneshot_refused(const struct front *front, int client);

/* Serve the one request that comes over the socket from the user with the real ids, then have his
 * stale ports, chains without a link, and his own empty bridges removed. Returns 0 or -errno. */
int oneshot_run(struct front *front, int client);

#endif
