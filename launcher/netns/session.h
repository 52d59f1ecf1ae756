/* SPDX-License-Identifier: MIT
 * A command on a bridge, from its port to the end of all that it started.
 *
 * Theory of operation: three processes. The first stays where the user is, waits, and passes
 * signals on. The keeper goes into the namespace, asks for the port, has the lease renewed, and is
 * the parent of all that runs in there; when the first one is gone, by whatever signal, it ends all
 * that, and the namespace and the port go. The third becomes the command. They share a process
 * group, so that a terminal's keys reach the command as if owrun were not there. */
#ifndef OWVM_LAUNCHER_NETNS_SESSION_H
#define OWVM_LAUNCHER_NETNS_SESSION_H

#include <stdbool.h>

#include "launcher/netns/netns.h"

#define SESSION_FAILED 125 /* exit status when it is not the command that failed, as of env(1) */

/* All pointers are borrowed. */
struct session {
	struct netns netns;   /* where to */
	bool here;	      /* in the network namespace where this process is: no new ones */
	bool dhcp;	      /* an address by DHCP, which is renewed as long as the command runs */
	unsigned int timeout; /* seconds for the first lease */
	char *const *argv;    /* NULL: the user's shell; `here`: nothing, and the port stays */
};

/* Run it to its end. Returns the exit status of the command, 128 and the signal's number when one
 * ended it; or -errno with a sentence: -ETIMEDOUT when no DHCP server answered. */
int session_run(const struct session *session, char **reterr_text);

#endif
