/* SPDX-License-Identifier: MIT
 * The process of a VM, and the sockets that it serves. */
#include "launcher/runtime/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "launcher/runtime/file.h"

int runtime_process_open(const struct runtime *runtime)
{
	OWNED_MEMORY char *program = text_format("/proc/%d/exe", (int)runtime->holder.pid);
	OWNED_FD pidfd = -1;

	if (runtime->holder.pid <= 0)
		return -EAGAIN;
	pidfd = pidfd_open(runtime->holder.pid, 0);
	if (pidfd < 0)
		return -errno;
	/* owrun itself holds the lock until QEMU does. */
	if (file_same(program, "/proc/self/exe"))
		return -EAGAIN;
	if (!process_is_there(runtime->holder.pid, runtime->holder.start))
		return -ESRCH;
	return cleanup_steal_fd(&pidfd);
}

int runtime_connect(const struct runtime *runtime, const char *file, int type)
{
	OWNED_FD place = openat(runtime->directory_fd, file, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	OWNED_MEMORY char *path = text_format("/proc/self/fd/%d", place);
	OWNED_FD fd = -1;
	struct stat st = {0};

	if (place < 0 || fstat(place, &st) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid()) {
		runtime_file_leave_out(runtime->directory_fd, file, "is no socket of yours");
		return -ECONNREFUSED;
	}
	fd = socket_connect(path, type, 0);
	return cleanup_steal_fd(&fd);
}

int runtime_bind(const struct runtime *runtime, const char *file)
{
	OWNED_MEMORY char *path = text_format("/proc/self/fd/%d/%s", runtime->directory_fd, file);

	return socket_bind(path);
}
