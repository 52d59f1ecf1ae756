/* SPDX-License-Identifier: MIT
 * owvm-netd as a child process that serves one request on a socketpair. */
#ifndef OWVM_LAUNCHER_NETD_CLIENT_HELPER_H
#define OWVM_LAUNCHER_NETD_CLIENT_HELPER_H

#include <stdbool.h>
#include <sys/types.h>

struct helper {
	pid_t pid;
	int socket;
};

/* Run `path --fd N`, N being one end of a SOCK_SEQPACKET socketpair, which is its only fd beside
 * the standard ones; quiet: its stderr goes nowhere. Returns 0 or -errno: -EACCES when it may not
 * be executed. End with helper_end(). */
int helper_start(const char *path, bool quiet, struct helper *ret_helper);

/* For a process that is about to leave its user namespace, in which alone the helper has its
 * capability: start a process that stays, and runs the helper for each socket that is sent to it.
 * Returns 0 or -errno as helper_start(). End with helper_end(). */
int helper_stay(const char *path, struct helper *ret_staying);

/* As helper_start(), by what stays: the socketpair is one of where this process is now. The pid is
 * 0, as the helper is another's child. */
int helper_start_by(const struct helper *staying, struct helper *ret_helper);

/* Close the socket and wait for the end of the process, after killing it if `hangs`. */
void helper_end(struct helper *helper, bool hangs);

#endif
