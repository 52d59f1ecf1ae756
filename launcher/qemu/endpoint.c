/* SPDX-License-Identifier: MIT
 * QEMU's Unix sockets, made before it starts. */
#include "launcher/qemu/endpoint.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "launcher/runtime/connect.h"

#define CONNECT_TIMEOUT 2000 /* ms */

static int open_endpoint(
	const struct plan_socket *wanted, const struct runtime *runtime, char **reterr_text)
{
	int fd = -1;

	if (wanted->file != NULL)
		fd = runtime_bind(runtime, wanted->file);
	else if (wanted->listens)
		fd = socket_bind(wanted->path);
	else
		fd = socket_connect(wanted->path, SOCK_STREAM, CONNECT_TIMEOUT);
	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot %s '%s': %s",
			wanted->listens ? "listen on" : "connect to", wanted->path, strerror(-fd));
	/* QEMU waits as long as it likes. */
	if (!wanted->listens)
		(void)socket_set_timeout(fd, 0);
	return fd;
}

int endpoints_open(const struct plan *plan, const struct runtime *runtime,
	struct endpoints *ret_endpoints, char **reterr_text)
{
	struct endpoints endpoints = {0};

	for (size_t i = 0; i < plan->n_sockets; i++) {
		int fd = open_endpoint(&plan->sockets[i], runtime, reterr_text);

		if (fd < 0) {
			endpoints_close(&endpoints);
			return fd;
		}
		endpoints.listens[endpoints.n] = plan->sockets[i].listens;
		endpoints.fds[endpoints.n++] = fd;
	}
	*ret_endpoints = endpoints;
	return 0;
}

int endpoints_listen(const struct endpoints *endpoints)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < endpoints->n; i++)
		if (endpoints->listens[i])
			r = socket_listen(endpoints->fds[i]);
	return r;
}

void endpoints_close(struct endpoints *endpoints)
{
	while (endpoints->n > 0)
		cleanup_close(&endpoints->fds[--endpoints->n]);
}
