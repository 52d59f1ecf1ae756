/* SPDX-License-Identifier: MIT
 * QEMU's Unix sockets, made before it starts. */
#include "launcher/qemu/endpoint.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/base/socket.h"
#include "launcher/base/text.h"

#define CONNECT_TIMEOUT 2000 /* ms */

static int open_endpoint(const struct plan_socket *wanted, char **reterr_text)
{
	int fd = wanted->listens ? socket_listen(wanted->path)
				 : socket_connect(wanted->path, SOCK_STREAM, CONNECT_TIMEOUT);

	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot %s '%s': %s",
			wanted->listens ? "listen on" : "connect to", wanted->path, strerror(-fd));
	/* QEMU waits as long as it likes. */
	if (!wanted->listens)
		(void)socket_set_timeout(fd, 0);
	return fd;
}

int endpoints_open(const struct plan *plan, struct endpoints *ret_endpoints, char **reterr_text)
{
	struct endpoints endpoints = {0};

	for (size_t i = 0; i < plan->n_sockets; i++) {
		int fd = open_endpoint(&plan->sockets[i], reterr_text);

		if (fd < 0) {
			endpoints_close(&endpoints);
			return fd;
		}
		endpoints.fds[endpoints.n++] = fd;
	}
	*ret_endpoints = endpoints;
	return 0;
}

void endpoints_close(struct endpoints *endpoints)
{
	while (endpoints->n > 0)
		cleanup_close(&endpoints->fds[--endpoints->n]);
}
