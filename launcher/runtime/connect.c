/* SPDX-License-Identifier: MIT
 * The process of a VM, and the sockets that it serves: believed when the kernel says so.
 *
 * The lock names a process. It is the VM's only when it is the user's, started when it is noted
 * that it did, and has the lock itself open as the fd that QEMU inherits. A QEMU that a guest
 * has taken over may have closed it: that one is known by the program that is noted, and by its
 * vow to gain no privileges, neither of which it can change. A signal goes through a pidfd that
 * was opened before the proof, which therefore is about the process behind it, whoever gets its
 * pid later. */
#include "launcher/runtime/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "launcher/runtime/file.h"

static bool is_the_users(pid_t pid)
{
	OWNED_MEMORY char *path = text_format("/proc/%d", (int)pid);
	struct stat st = {0};

	return stat(path, &st) == 0 && st.st_uid == geteuid();
}

static bool has_lock_open(const struct runtime *runtime)
{
	OWNED_MEMORY char *path =
		text_format("/proc/%d/fd/%d", (int)runtime->holder.pid, INHERITED_FDS_FIRST);
	struct stat opened = {0}, lock = {0};

	return stat(path, &opened) == 0 &&
	       fstatat(runtime->directory_fd, RUNTIME_LOCK, &lock, AT_SYMLINK_NOFOLLOW) == 0 &&
	       opened.st_dev == lock.st_dev && opened.st_ino == lock.st_ino;
}

static bool gains_no_privileges(pid_t pid)
{
	OWNED_MEMORY char *path = text_format("/proc/%d/status", (int)pid);
	OWNED_MEMORY char *line = NULL;
	FILE *stream = fopen(path, "re");
	size_t size = 0;
	bool found = false;

	while (stream != NULL && !found && getline(&line, &size, stream) > 0)
		found = strcmp(line, "NoNewPrivs:\t1\n") == 0;
	if (stream != NULL)
		fclose(stream);
	return found;
}

static bool executes_what_is_noted(const struct runtime_holder *holder)
{
	OWNED_MEMORY char *path = text_format("/proc/%d/exe", (int)holder->pid);
	OWNED_MEMORY char *id = file_id(AT_FDCWD, path);

	return id != NULL && strcmp(id, holder->program) == 0 && gains_no_privileges(holder->pid);
}

/* The start comes last: what was seen before was seen of the process that started then. */
static bool is_proved(const struct runtime *runtime)
{
	const struct runtime_holder *holder = &runtime->holder;

	return is_the_users(holder->pid) &&
	       (has_lock_open(runtime) || executes_what_is_noted(holder)) &&
	       process_is_there(holder->pid, holder->start);
}

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
	if (is_proved(runtime))
		return cleanup_steal_fd(&pidfd);
	/* An owrun that starts a VM notes no program. */
	return runtime->holder.program[0] == '\0' &&
			       process_is_there(runtime->holder.pid, runtime->holder.start)
		       ? -EAGAIN
		       : -ESRCH;
}

static bool is_the_vms(const struct runtime *runtime, const struct ucred *peer)
{
	if (peer->uid != geteuid() || !is_proved(runtime))
		return false;
	/* An owrun that did not note the program was itself the one that listened. */
	return peer->pid == runtime->holder.pid || runtime->holder.program[0] == '\0';
}

/* Who listens there? Returns 0, or -ECONNREFUSED, which was said unless the VM has just ended or is
 * just being started. */
static int check_peer(const struct runtime *runtime, const char *file, int fd)
{
	OWNED_MEMORY char *why = NULL;
	struct runtime_holder now = {0};
	struct ucred peer = {0};
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	if (is_the_vms(runtime, &peer))
		return 0;
	/* It was another process that was noted when the VM was found. */
	runtime_lock_holder(runtime->directory_fd, &now);
	if (peer.pid == now.pid && peer.uid == geteuid())
		return -ECONNREFUSED;
	why = text_format("is served by process %d of uid %u, which is not the VM's", (int)peer.pid,
		(unsigned int)peer.uid);
	runtime_file_leave_out(runtime->directory_fd, file, why);
	return -ECONNREFUSED;
}

/* Connect to who says to be the VM's. */
static int connect_to(const struct runtime *runtime, const char *file, int type)
{
	OWNED_FD place = openat(runtime->directory_fd, file, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	OWNED_MEMORY char *path = text_format("/proc/self/fd/%d", place);
	struct stat st = {0};

	if (place < 0 || fstat(place, &st) < 0)
		return -errno;
	if (!S_ISSOCK(st.st_mode) || st.st_uid != geteuid()) {
		runtime_file_leave_out(runtime->directory_fd, file, "is no socket of yours");
		return -ECONNREFUSED;
	}
	return socket_connect(path, type, 0);
}

int runtime_connect(const struct runtime *runtime, const char *file, int type)
{
	OWNED_FD fd = connect_to(runtime, file, type);
	int r = fd < 0 ? fd : check_peer(runtime, file, fd);

	return r < 0 ? r : cleanup_steal_fd(&fd);
}

int runtime_connect_noted(
	const struct runtime *runtime, const char *file, const char *note, int type)
{
	OWNED_FD fd = connect_to(runtime, file, type);
	struct runtime_holder noted = {0};
	struct ucred peer = {0};
	socklen_t size = sizeof(peer);

	if (fd < 0)
		return fd;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	if (!runtime_noted(runtime->directory_fd, note, &noted) || peer.uid != geteuid() ||
		peer.pid != noted.pid || !process_is_there(noted.pid, noted.start))
		return -ECONNREFUSED;
	return cleanup_steal_fd(&fd);
}

int runtime_bind(const struct runtime *runtime, const char *file)
{
	OWNED_MEMORY char *path = runtime_file(runtime, file);
	OWNED_FD fd = -1;

	unlinkat(runtime->directory_fd, file, 0);
	/* By its path, as QEMU tells whoever asks what its sockets are called. */
	fd = socket_bind(path);
	if (fd >= 0 && !runtime_file_is_there(runtime->directory_fd, file))
		return -ENOENT;
	return cleanup_steal_fd(&fd);
}
