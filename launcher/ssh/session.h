/* SPDX-License-Identifier: MIT
 * ssh or scp as a child, and what it says. */
#ifndef OWVM_LAUNCHER_SSH_SESSION_H
#define OWVM_LAUNCHER_SSH_SESSION_H

#include <stddef.h>

#include "launcher/ssh/ssh.h"

/* What it is run with. All is borrowed. */
struct ssh_session {
	const char *program; /* "ssh", "scp" */
	const char *name;    /* of the VM */
	const struct ssh_way *way;
	char *const *before; /* its options, which count before the way's */
	size_t n_before;
	char *const *after; /* where to, and what to do there */
	size_t n_after;
};

/* Run it, on this process's terminal and streams. Returns its exit status, or -errno with a
 * sentence. */
int ssh_session_run(const struct ssh_session *session, char **reterr_text);

#endif
