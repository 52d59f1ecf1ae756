/* SPDX-License-Identifier: MIT
 * The life of a front process. */
#ifndef OWVM_NETD_FRONT_RUN_H
#define OWVM_NETD_FRONT_RUN_H

struct arguments;

/* The whole of it, `orders` being its end: open what clients come from, drop the last capability,
 * load the policy, then serve the listener until the back ends, or the one request of the user with
 * the real ids. Returns the exit status. */
int front_run(const struct arguments *arguments, int orders);

/* No file any more, but to read below the directory of subuid(5), unless it is for one request,
 * and, with a path, to remove a socket in its directory; and no system call but those of the
 * filter. Returns 0 or -errno. */
int front_confine(const struct arguments *arguments);

#endif
