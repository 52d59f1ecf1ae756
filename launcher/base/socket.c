/* SPDX-License-Identifier: MIT
 * Unix sockets: connecting, and listening. */
#include "launcher/base/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

#include "common/cleanup.h"

#define BACKLOG 16

int socket_set_timeout(int socket, int timeout_ms)
{
	struct timeval timeout = {.tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000};

	if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0 ||
		setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	return 0;
}

static int set_path(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

int socket_connect(const char *path, int type, int timeout_ms)
{
	struct sockaddr_un address = {0};
	OWNED_FD fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	int r = fd < 0 ? -errno : set_path(&address, path);

	if (r < 0)
		return r;
	r = socket_set_timeout(fd, timeout_ms);
	if (r < 0)
		return r;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}

int socket_bind(const char *path)
{
	struct sockaddr_un address = {0};
	OWNED_FD fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct stat st = {0};
	int r = fd < 0 ? -errno : set_path(&address, path);

	if (r < 0)
		return r;
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		unlink(path);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}

int socket_listen(int socket)
{
	return listen(socket, BACKLOG) < 0 ? -errno : 0;
}
