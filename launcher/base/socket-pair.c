/* SPDX-License-Identifier: MIT
 * Two connected sockets that hold much, even when it comes byte by byte. */
#include "launcher/base/socket-pair.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "common/cleanup.h"

/* Accept the connection of that peer: another process may have come first. */
static int accept_from(int listener, const struct sockaddr_in *peer)
{
	for (;;) {
		struct sockaddr_in from = {0};
		socklen_t size = sizeof(from);
		OWNED_FD fd = accept4(listener, (struct sockaddr *)&from, &size, SOCK_CLOEXEC);

		if (fd < 0)
			return -errno;
		if (from.sin_port == peer->sin_port &&
			from.sin_addr.s_addr == peer->sin_addr.s_addr)
			return cleanup_steal_fd(&fd);
	}
}

int socket_pair_make(int *ret_ours, int *ret_theirs)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	OWNED_FD listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	OWNED_FD ours = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(address);
	OWNED_FD theirs = -1;

	if (listener < 0 || ours < 0 || bind(listener, (struct sockaddr *)&address, size) < 0 ||
		listen(listener, 1) < 0 ||
		getsockname(listener, (struct sockaddr *)&address, &size) < 0 ||
		connect(ours, (struct sockaddr *)&address, size) < 0 ||
		getsockname(ours, (struct sockaddr *)&address, &size) < 0)
		return -errno;
	theirs = accept_from(listener, &address);
	if (theirs < 0)
		return theirs;
	/* What a person types is sent key by key. */
	if (setsockopt(ours, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)) < 0)
		return -errno;
	*ret_ours = cleanup_steal_fd(&ours);
	*ret_theirs = cleanup_steal_fd(&theirs);
	return 0;
}
