/* SPDX-License-Identifier: MIT
 * Telling the init system how the service is: sd_notify(3), by hand. */
#include "netd/front/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/cleanup.h"
#include "common/fdpass.h"

int notify_open(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	OWNED_FD fd = -1;
	size_t length = 0;

	if (name == NULL)
		return -ENOENT;
	length = strlen(name);
	/* Whoever sends a state to a relative path is lied to. */
	if ((name[0] != '/' && name[0] != '@') || length < 2)
		return -EINVAL;
	if (length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, name, length);
	/* An abstract name is as long as its address. */
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	else
		length++;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0)
		return -errno;
	return cleanup_steal_fd(&fd);
}

int notify_send(int fd, const char *lines)
{
	return fd < 0 ? -ENOENT : fdpass_send(fd, lines, strlen(lines), NULL, 0);
}
