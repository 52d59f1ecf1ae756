/* SPDX-License-Identifier: MIT
 * Does somebody in the guest answer behind a forward? */
#include "launcher/doctor/forward.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/host/forward-connect.h"

static bool speaks_http(const struct forward *forward)
{
	return forward->guest == 80 || forward->guest == 8000 || forward->guest == 8080;
}

static enum doctor_forward listen_to(int fd, int64_t deadline, char ret_seen[DOCTOR_FORWARD_SEEN])
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	ssize_t length = 0;

	if (poll(&wait, 1, deadline_left(deadline)) <= 0)
		return DOCTOR_FORWARD_SILENT;
	length = recv(fd, ret_seen, DOCTOR_FORWARD_SEEN - 1, 0);
	if (length <= 0)
		return DOCTOR_FORWARD_CLOSED;
	ret_seen[length] = '\0';
	ret_seen[strcspn(ret_seen, "\r\n")] = '\0';
	return DOCTOR_FORWARD_ANSWERS;
}

enum doctor_forward doctor_forward_try(const struct forward *forward, const char *link,
	int timeout_ms, char ret_seen[DOCTOR_FORWARD_SEEN], int *ret_error)
{
	static const char request[] = "HEAD / HTTP/1.0\r\n\r\n";
	int64_t deadline = deadline_in(timeout_ms);
	OWNED_FD fd = forward_connect(forward, link, deadline);

	ret_seen[0] = '\0';
	*ret_error = fd < 0 ? -fd : 0;
	/* A port that nobody listens at refuses. */
	if (fd == -ECONNRESET || fd == -EPIPE)
		return DOCTOR_FORWARD_CLOSED;
	if (fd < 0)
		return DOCTOR_FORWARD_REFUSED;
	/* Where that fails the end of the stream is seen next. */
	if (speaks_http(forward))
		(void)!send(fd, request, strlen(request), MSG_NOSIGNAL);
	return listen_to(fd, deadline, ret_seen);
}
