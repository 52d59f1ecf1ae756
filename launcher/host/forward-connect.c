/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest: reaching it from here. */
#include "launcher/host/forward-connect.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"

int forward_connect(const struct forward *forward, const char *link, int64_t deadline)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(forward->host)};
	OWNED_FD fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd wait = {.fd = fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (link != NULL &&
		setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, link, (socklen_t)strlen(link)) < 0)
		return -errno;
	if (inet_pton(AF_INET, forward_reach(forward), &address.sin_addr) != 1)
		return -EINVAL;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return cleanup_steal_fd(&fd);
	if (errno != EINPROGRESS)
		return -errno;
	if (poll(&wait, 1, deadline_left(deadline)) <= 0)
		return -ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error != 0)
		return error == 0 ? -errno : -error;
	return cleanup_steal_fd(&fd);
}
