/* SPDX-License-Identifier: MIT
 * QEMU's machine protocol: one command after the other, with time limits. */
#include "launcher/qmp.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/deadline.h"
#include "launcher/socket.h"
#include "launcher/text.h"

/* Read on until the buffer holds a whole line. Returns its length without the newline, or
 * -errno. */
static int read_line(struct qmp *qmp, int64_t deadline)
{
	for (;;) {
		char *end = memchr(qmp->buffer, '\n', qmp->used);
		struct pollfd wait = {.fd = qmp->socket, .events = POLLIN};
		ssize_t length = 0;

		if (end != NULL)
			return (int)(end - qmp->buffer);
		if (qmp->used == sizeof(qmp->buffer))
			return -EMSGSIZE;
		if (poll(&wait, 1, deadline_left(deadline)) == 0)
			return -ETIMEDOUT;
		length = recv(
			qmp->socket, qmp->buffer + qmp->used, sizeof(qmp->buffer) - qmp->used, 0);
		if (length == 0)
			return -EPIPE;
		if (length < 0 && errno != EINTR && errno != EAGAIN)
			return errno == ECONNRESET ? -EPIPE : -errno;
		if (length > 0)
			qmp->used += (size_t)length;
	}
}

/* The next message, whatever it is: 0 and an object that the caller gives back, or -errno. */
static int read_message(struct qmp *qmp, int64_t deadline, json_t **ret_message)
{
	int length = read_line(qmp, deadline);
	json_t *message = NULL;

	if (length < 0)
		return length;
	message = json_loadb(qmp->buffer, (size_t)length, 0, NULL);
	qmp->used -= (size_t)length + 1;
	memmove(qmp->buffer, qmp->buffer + length + 1, qmp->used);
	if (message == NULL)
		return -EPROTO;
	*ret_message = message;
	return 0;
}

/* Read up to a message that has `key` or "error", over events; ret_value, unless it is NULL,
 * becomes the member, which the caller gives back. */
static int await(struct qmp *qmp, const char *key, int64_t deadline, json_t **ret_value)
{
	for (;;) {
		json_t *message = NULL;
		int r = read_message(qmp, deadline, &message);
		bool found = false, failed = false;

		if (r < 0)
			return r;
		found = json_object_get(message, key) != NULL;
		failed = json_object_get(message, "error") != NULL;
		if (found && !failed && ret_value != NULL)
			*ret_value = json_incref(json_object_get(message, key));
		json_decref(message);
		if (failed)
			return -EREMOTEIO;
		if (found)
			return 0;
	}
}

int qmp_query(struct qmp *qmp, const char *command, int timeout_ms, json_t **ret_value)
{
	OWNED_MEMORY char *line = text_format("{\"execute\": \"%s\"}\n", command);

	if (send(qmp->socket, line, strlen(line), MSG_NOSIGNAL) != (ssize_t)strlen(line))
		return -EPIPE;
	return await(qmp, "return", deadline_in(timeout_ms), ret_value);
}

int qmp_execute(struct qmp *qmp, const char *command, int timeout_ms)
{
	return qmp_query(qmp, command, timeout_ms, NULL);
}

int qmp_connect(const char *path, int timeout_ms, struct qmp *ret_qmp)
{
	int64_t deadline = deadline_in(timeout_ms);
	int r = 0;

	ret_qmp->used = 0;
	ret_qmp->socket = socket_connect(path, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (ret_qmp->socket < 0)
		return ret_qmp->socket;
	r = await(ret_qmp, "QMP", deadline, NULL);
	if (r == 0)
		r = qmp_execute(ret_qmp, "qmp_capabilities", deadline_left(deadline));
	if (r < 0)
		qmp_close(ret_qmp);
	return r;
}

void qmp_close(struct qmp *qmp)
{
	cleanup_close(&qmp->socket);
}

int qmp_command(const char *path, const char *command, int timeout_ms)
{
	struct qmp qmp = {.socket = -1};
	int r = qmp_connect(path, timeout_ms, &qmp);

	if (r < 0)
		return r;
	r = qmp_execute(&qmp, command, timeout_ms);
	qmp_close(&qmp);
	return r;
}
