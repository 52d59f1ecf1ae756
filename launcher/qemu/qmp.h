/* SPDX-License-Identifier: MIT
 * QEMU's machine protocol: one command after the other, with time limits.
 *
 * QEMU serves one client of the socket at a time, so a connection is made for a command or two and
 * closed. */
#ifndef OWVM_LAUNCHER_QEMU_QMP_H
#define OWVM_LAUNCHER_QEMU_QMP_H

#include <jansson.h>
#include <stddef.h>

#include "launcher/runtime/runtime.h"

/* Bytes of one answer; that to query-blockstats has 1,500 for each disk, and a person may have the
 * monitor print memory. */
#define QMP_LINE_MAX 1048576

struct qmp {
	int socket;
	size_t start; /* in buffer, of what was not looked at yet */
	size_t used;  /* bytes of buffer, those before start too */
	char *buffer; /* of QMP_LINE_MAX bytes */
};

/* Connect and shake hands, after which QEMU's main loop is known to run. Nobody but the VM's
 * process is believed, see runtime/connect.h. Returns 0, -ETIMEDOUT when QEMU hangs or serves
 * another client, or another -errno. Close with qmp_close(). */
int qmp_connect(const struct runtime *runtime, int timeout_ms, struct qmp *ret_qmp);
void qmp_close(struct qmp *qmp);

/* Run a command without arguments. *ret_value is what it returns, which the caller gives back;
 * ret_value may be NULL. Returns 0, -EREMOTEIO when QEMU answers with an error, -EPIPE when it
 * closes (as it does after "quit"), -ETIMEDOUT whatever it says until then, -EPROTO, or another
 * -errno. */
int qmp_query(struct qmp *qmp, const char *command, int timeout_ms, json_t **ret_value);

/* Run a command with arguments, an object that the function takes over (NULL: none). fd, unless it
 * is negative, goes along, for `getfd`. ret_value may be NULL. Returns as qmp_query() does, with a
 * sentence: QEMU's own when it is QEMU that answers with an error. */
int qmp_run(struct qmp *qmp, const char *command, json_t *arguments, int fd, int timeout_ms,
	json_t **ret_value, char **reterr_text);

/* Run a command of the human monitor. *ret_output is what it prints, which the caller frees. */
int qmp_human(
	struct qmp *qmp, const char *line, int timeout_ms, char **ret_output, char **reterr_text);

/* Connect, run one command, close, all within timeout_ms; *ret_value as of qmp_query(). */
int qmp_ask(const struct runtime *runtime, const char *command, int timeout_ms, json_t **ret_value);

/* The same, of a command that returns nothing. */
int qmp_command(const struct runtime *runtime, const char *command, int timeout_ms);

#endif
