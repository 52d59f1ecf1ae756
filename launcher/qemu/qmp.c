/* SPDX-License-Identifier: MIT
 * QEMU's machine protocol: one command after the other, with time limits. */
#include "launcher/qemu/qmp.h"

#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/runtime/connect.h"

#define QUEUE_PAUSE 20000000 /* ns between two tries to get in */

/* Make room at the end of the buffer. Returns 0, or -EMSGSIZE when one line fills all of it. */
static int make_room(struct qmp *qmp)
{
	if (qmp->used < QMP_LINE_MAX)
		return 0;
	if (qmp->start == 0)
		return -EMSGSIZE;
	qmp->used -= qmp->start;
	memmove(qmp->buffer, qmp->buffer + qmp->start, qmp->used);
	qmp->start = 0;
	return 0;
}

/* Wait for more of what QEMU says and take it. Returns 0 or -errno. */
static int receive(struct qmp *qmp, int64_t deadline)
{
	struct pollfd wait = {.fd = qmp->socket, .events = POLLIN};
	ssize_t length = 0;
	int r = make_room(qmp);

	if (r < 0)
		return r;
	if (poll(&wait, 1, deadline_left(deadline)) == 0)
		return -ETIMEDOUT;
	length = recv(qmp->socket, qmp->buffer + qmp->used, QMP_LINE_MAX - qmp->used, 0);
	if (length == 0)
		return -EPIPE;
	if (length < 0 && errno != EINTR && errno != EAGAIN)
		return errno == ECONNRESET ? -EPIPE : -errno;
	if (length > 0)
		qmp->used += (size_t)length;
	return 0;
}

/* Read on until the buffer holds a whole line, from qmp->start on. Returns its length without the
 * newline, or -errno. A QEMU that does not stop talking gets no more time than a mute one. */
static int read_line(struct qmp *qmp, int64_t deadline)
{
	size_t looked = 0; /* bytes of the line in which there is no newline */

	while (deadline_left(deadline) > 0) {
		size_t there = qmp->used - qmp->start;
		char *line = qmp->buffer + qmp->start;
		char *end = memchr(line + looked, '\n', there - looked);
		int r = 0;

		if (end != NULL)
			return (int)(end - line);
		looked = there;
		r = receive(qmp, deadline);
		if (r < 0)
			return r;
	}
	return -ETIMEDOUT;
}

/* The next message, whatever it is: 0 and an object that the caller gives back, or -errno. */
static int read_message(struct qmp *qmp, int64_t deadline, json_t **ret_message)
{
	int length = read_line(qmp, deadline);
	json_t *message = NULL;

	if (length < 0)
		return length;
	message = json_loadb(qmp->buffer + qmp->start, (size_t)length, 0, NULL);
	qmp->start += (size_t)length + 1;
	if (qmp->start == qmp->used)
		qmp->start = qmp->used = 0;
	if (message == NULL)
		return -EPROTO;
	*ret_message = message;
	return 0;
}

/* QEMU's sentence about an error. */
static char *describe(const json_t *error)
{
	const char *text = json_string_value(json_object_get(error, "desc"));

	return text_format("%s", text == NULL ? "no reason given" : text);
}

/* Read up to a message that has `key` or "error", over events; ret_value, unless it is NULL,
 * becomes the member, which the caller gives back. ret_desc, unless that is NULL, is what QEMU says
 * of an error; the caller frees it. */
static int await(
	struct qmp *qmp, const char *key, int64_t deadline, json_t **ret_value, char **ret_desc)
{
	for (;;) {
		json_t *message = NULL;
		int r = read_message(qmp, deadline, &message);
		bool found = false, failed = false;

		if (r < 0)
			return r;
		found = json_object_get(message, key) != NULL;
		failed = json_object_get(message, "error") != NULL;
		if (failed && ret_desc != NULL)
			*ret_desc = describe(json_object_get(message, "error"));
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
	return await(qmp, "return", deadline_in(timeout_ms), ret_value, NULL);
}

/* Send a line, maybe with an fd. */
static int send_line(struct qmp *qmp, const char *line, int fd)
{
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = {0};
	struct iovec data = {.iov_base = (char *)(uintptr_t)line, .iov_len = strlen(line)};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};

	if (fd >= 0) {
		struct cmsghdr *header = &control.align;

		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	}
	return sendmsg(qmp->socket, &message, MSG_NOSIGNAL) == (ssize_t)data.iov_len ? 0 : -EPIPE;
}

int qmp_run(struct qmp *qmp, const char *command, json_t *arguments, int fd, int timeout_ms,
	json_t **ret_value, char **reterr_text)
{
	json_t *request = json_pack("{s:s}", "execute", command);
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *line = NULL;
	OWNED_MEMORY char *desc = NULL;
	int r = 0;

	if (arguments != NULL)
		json_object_set_new(request, "arguments", arguments);
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	if (text == NULL)
		abort();
	line = text_format("%s\n", text);
	r = send_line(qmp, line, fd);
	if (r == 0)
		r = await(qmp, "return", deadline_in(timeout_ms), ret_value, &desc);
	if (r < 0)
		return text_fail(reterr_text, r, "QEMU refuses '%s': %s", command,
			desc != NULL ? desc : strerror(-r));
	return 0;
}

int qmp_human(
	struct qmp *qmp, const char *line, int timeout_ms, char **ret_output, char **reterr_text)
{
	json_t *arguments = json_pack("{s:s}", "command-line", line), *value = NULL;
	int r = 0;

	if (arguments == NULL)
		return text_fail(reterr_text, -EINVAL, "the command is not UTF-8");
	r = qmp_run(qmp, "human-monitor-command", arguments, -1, timeout_ms, &value, reterr_text);
	if (r < 0)
		return r;
	*ret_output = text_format("%s", json_is_string(value) ? json_string_value(value) : "");
	json_decref(value);
	return 0;
}

/* The kernel queues few clients, and refuses more at once. Returns the fd, or -errno. */
static int connect_until(const struct runtime *runtime, int64_t deadline)
{
	for (;;) {
		int fd = runtime_connect(runtime, RUNTIME_QMP, SOCK_STREAM | SOCK_NONBLOCK);

		if (fd != -EAGAIN)
			return fd;
		if (deadline_left(deadline) == 0)
			return -ETIMEDOUT;
		nanosleep(&(struct timespec){.tv_nsec = QUEUE_PAUSE}, NULL);
	}
}

int qmp_connect(const struct runtime *runtime, int timeout_ms, struct qmp *ret_qmp)
{
	int64_t deadline = deadline_in(timeout_ms);
	int r = 0;

	*ret_qmp = (struct qmp){.socket = connect_until(runtime, deadline)};
	if (ret_qmp->socket < 0)
		return ret_qmp->socket;
	ret_qmp->buffer = malloc(QMP_LINE_MAX);
	if (ret_qmp->buffer == NULL)
		abort();
	r = await(ret_qmp, "QMP", deadline, NULL, NULL);
	if (r == 0)
		r = qmp_query(ret_qmp, "qmp_capabilities", deadline_left(deadline), NULL);
	if (r < 0)
		qmp_close(ret_qmp);
	return r;
}

void qmp_close(struct qmp *qmp)
{
	cleanup_close(&qmp->socket);
	free(qmp->buffer);
	qmp->buffer = NULL;
}

int qmp_ask(const struct runtime *runtime, const char *command, int timeout_ms, json_t **ret_value)
{
	int64_t deadline = deadline_in(timeout_ms);
	struct qmp qmp = {.socket = -1};
	int r = qmp_connect(runtime, timeout_ms, &qmp);

	if (r < 0)
		return r;
	r = qmp_query(&qmp, command, deadline_left(deadline), ret_value);
	qmp_close(&qmp);
	return r;
}

int qmp_command(const struct runtime *runtime, const char *command, int timeout_ms)
{
	return qmp_ask(runtime, command, timeout_ms, NULL);
}
