/* SPDX-License-Identifier: MIT
 * The loop of the service. */
#ifndef OWVM_NETD_FRONT_LOOP_H
#define OWVM_NETD_FRONT_LOOP_H

struct front;

/* Serve the listener. Returns 0 after the end of the back, or -errno. */
int loop_run(struct front *front, int listener);

#endif
