/* SPDX-License-Identifier: MIT
 * Where the socket comes from: systemd's protocol, a path, or the launcher's socketpair. */
#include "netd/front/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "netd/kernel/kernel.h"

#define ACTIVATED_FD 3 /* SD_LISTEN_FDS_START */
#define BACKLOG 64
#define BIND_TRIES 10
#define BIND_PAUSE 50000000 /* ns */

/* A client that passes fds could have us close a socket that lingers: no message may bring any. The
 * connections of a listener inherit it. Unknown before Linux 6.16. */
static void refuse_fds(int listener)
{
	const int off = 0;

	setsockopt(listener, SOL_SOCKET, KERNEL_SO_PASSRIGHTS, &off, sizeof(off));
}

static int check(int fd, bool listening)
{
	int domain = 0, type = 0, accepts = 0;
	socklen_t size = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &accepts, &size) < 0)
		return -errno;
	return domain == AF_UNIX && type == SOCK_SEQPACKET && (accepts != 0) == listening ? 0
											  : -EINVAL;
}

int listen_check_connected(int fd)
{
	return check(fd, false);
}

static bool environment_is(const char *name, uint32_t wanted)
{
	const char *text = getenv(name);
	uint32_t value = 0;

	return text != NULL && number_parse(text, strlen(text), INT32_MAX, &value) &&
	       value == wanted;
}

int listen_activated(void)
{
	bool named = getenv("LISTEN_FDS") != NULL;
	/* Meant was the process that was started; the front is its child. */
	bool mine = environment_is("LISTEN_PID", (uint32_t)getppid()) &&
		    environment_is("LISTEN_FDS", 1);
	int error = 0;

	if (!named)
		return -ENOENT;
	error = mine ? check(ACTIVATED_FD, true) : -EINVAL;
	if (error < 0)
		return error;
	if (fcntl(ACTIVATED_FD, F_SETFD, FD_CLOEXEC) < 0 ||
		fcntl(ACTIVATED_FD, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	refuse_fds(ACTIVATED_FD);
	return ACTIVATED_FD;
}

static int set_path(struct sockaddr_un *address, const char *path)
{
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	memcpy(address->sun_path, path, strlen(path) + 1);
	return 0;
}

bool listen_nobody_at(const char *path)
{
	OWNED_FD fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = {0};

	if (fd < 0 || set_path(&address, path) < 0)
		return false;
	return connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 &&
	       (errno == ENOENT || errno == ENOTDIR || errno == ECONNREFUSED);
}

static void remove_stale(const char *path)
{
	struct stat st = {0};

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode) && listen_nobody_at(path))
		unlink(path);
}

/* The front of a netd that was killed takes an instant to end and to remove its socket. */
static int bind_patiently(int fd, const struct sockaddr_un *address)
{
	const struct timespec pause = {.tv_nsec = BIND_PAUSE};
	int error = -EADDRINUSE;

	for (int i = 0; i < BIND_TRIES && error == -EADDRINUSE; i++) {
		if (i > 0)
			nanosleep(&pause, NULL);
		remove_stale(address->sun_path);
		error = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno
											 : 0;
	}
	return error;
}

int listen_at(const char *path)
{
	OWNED_FD fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = {0};
	mode_t mask = 0;
	int result = fd < 0 ? -errno : set_path(&address, path);

	if (result < 0)
		return result;
	refuse_fds(fd);
	mask = umask(0117);
	result = bind_patiently(fd, &address);
	umask(mask);
	if (result == 0 && listen(fd, BACKLOG) < 0)
		result = -errno;
	return result < 0 ? result : cleanup_steal_fd(&fd);
}
