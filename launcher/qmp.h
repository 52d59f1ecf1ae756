/* SPDX-License-Identifier: MIT
 * QEMU's machine protocol: one command after the other, with time limits.
 *
 * QEMU serves one client of the socket at a time, so a connection is made for a command or two and
 * closed. */
#ifndef OWVM_LAUNCHER_QMP_H
#define OWVM_LAUNCHER_QMP_H

#include <jansson.h>
#include <stddef.h>

#define QMP_LINE_MAX 8192 /* bytes of one answer */

struct qmp {
	int socket;
	size_t used;
	char buffer[QMP_LINE_MAX];
};

/* Connect and shake hands, after which QEMU's main loop is known to run. Returns 0, -ETIMEDOUT, or
 * another -errno. Close with qmp_close(). */
int qmp_connect(const char *path, int timeout_ms, struct qmp *ret_qmp);
void qmp_close(struct qmp *qmp);

/* Run a command without arguments. Returns 0, -EREMOTEIO when QEMU answers with an error, -EPIPE
 * when it closes (as it does after "quit"), -ETIMEDOUT, -EPROTO, or another -errno. */
int qmp_execute(struct qmp *qmp, const char *command, int timeout_ms);

/* The same; *ret_value is what it returns, which the caller gives back. */
int qmp_query(struct qmp *qmp, const char *command, int timeout_ms, json_t **ret_value);

/* Connect, run one command, close. */
int qmp_command(const char *path, const char *command, int timeout_ms);

#endif
