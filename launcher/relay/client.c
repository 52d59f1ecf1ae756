/* SPDX-License-Identifier: MIT
 * What owrun asks of the forwarder of a VM that runs. */
#include "launcher/relay/client.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/socket.h"
#include "launcher/runtime/connect.h"

#define TIMEOUT 5000 /* ms */

static int receive(int socket, struct relay_reply *reply, int *ret_fd)
{
	size_t n = 0;
	int length = fdpass_receive(socket, reply, sizeof(*reply), ret_fd, 1, &n);

	if (length == -EAGAIN)
		return -ETIMEDOUT;
	if (length < 0)
		return length;
	/* It ended before it replied. */
	if (length != sizeof(*reply) || reply->n > FORWARDS_MAX)
		return -ESRCH;
	return -reply->error;
}

static int ask(const struct runtime *runtime, const struct relay_request *request, int fd,
	int timeout_ms, struct relay_reply *ret_reply, int *ret_fd)
{
	OWNED_FD socket =
		runtime_connect_noted(runtime, RUNTIME_FORWARD, RUNTIME_FORWARD_PID, SOCK_STREAM);
	int r = 0;

	if (socket < 0)
		return -ESRCH;
	r = socket_set_timeout(socket, timeout_ms);
	if (r == 0)
		r = fdpass_send(socket, request, sizeof(*request), &fd, fd >= 0);
	return r < 0 ? r : receive(socket, ret_reply, ret_fd);
}

static int ask_about(const struct runtime *runtime, enum relay_operation operation,
	const struct forward *forward, int fd, int timeout_ms, int *ret_fd)
{
	struct relay_request request = {.operation = operation};
	struct relay_reply reply = {0};

	forward_format(forward, request.forward);
	return ask(runtime, &request, fd, timeout_ms, &reply, ret_fd);
}

int forwarder_list(const struct runtime *runtime, struct relay_reply *ret_list)
{
	const struct relay_request request = {.operation = RELAY_LIST};
	OWNED_FD none = -1;

	*ret_list = (struct relay_reply){0};
	return ask(runtime, &request, -1, TIMEOUT, ret_list, &none);
}

int forwarder_add(const struct runtime *runtime, const struct forward *forward, int listener)
{
	OWNED_FD none = -1;

	return ask_about(runtime, RELAY_ADD, forward, listener, TIMEOUT, &none);
}

int forwarder_remove(const struct runtime *runtime, const struct forward *forward)
{
	OWNED_FD none = -1;

	return ask_about(runtime, RELAY_REMOVE, forward, -1, TIMEOUT, &none);
}

int forwarder_connect(
	const struct runtime *runtime, const char *guest_address, uint16_t port, int timeout_ms)
{
	struct forward forward = {.address = "127.0.0.1", .guest = port};
	OWNED_FD fd = -1;
	int flags = 0, r = 0;

	memcpy(forward.guest_address, guest_address, strlen(guest_address) + 1);
	r = ask_about(runtime, RELAY_CONNECT, &forward, -1, timeout_ms, &fd);
	if (r < 0)
		return r;
	if (fd < 0)
		return -EPROTO;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}
