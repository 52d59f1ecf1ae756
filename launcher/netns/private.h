/* SPDX-License-Identifier: MIT
 * The steps of a session that are files of their own; session.h has the whole. */
#ifndef OWVM_LAUNCHER_NETNS_PRIVATE_H
#define OWVM_LAUNCHER_NETNS_PRIVATE_H

#include "launcher/netns/session.h"

/* The keeper: a child that does all of it until the process of that pidfd ends. Returns as
 * session_run(). */
int session_keep(const struct session *session, int parent, char **reterr_text);

/* For a child of the keeper's: become the command. Returns an exit status, with a line on
 * stderr. */
int session_become(const struct session *session);

#endif
