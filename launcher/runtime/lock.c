/* SPDX-License-Identifier: MIT
 * The lock of a VM's runtime directory, and the process that is noted in it. */
#include "launcher/runtime/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"
#include "launcher/vm/runtime-files.h"

/* A QEMU that was started by the command of --dry-run holds no lock of ours, but one of its own on
 * its pidfile as long as it lives (QEMU's util/oslib-posix.c, qemu_write_pidfile). */
static bool is_locked_by_qemu(int pidfile)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	return fcntl(pidfile, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* Read "PID" or "PID START" up to the end of the line. False when it is neither. */
static bool read_process(int fd, struct runtime_holder *holder)
{
	char text[16 + PROCESS_START_SIZE] = {0};
	size_t length = 0, rest = 0;
	uint32_t pid = 0;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	length = strcspn(text, " ");
	if (!number_parse(text, length, INT32_MAX, &pid))
		return false;
	holder->pid = (pid_t)pid;
	rest = text[length] == ' ' ? strlen(text + length + 1) : sizeof(holder->start);
	if (rest < sizeof(holder->start))
		memcpy(holder->start, text + length + 1, rest + 1);
	return true;
}

void runtime_lock_holder(const char *directory, struct runtime_holder *ret_holder)
{
	OWNED_MEMORY char *path = text_format("%s/" RUNTIME_LOCK, directory);
	OWNED_MEMORY char *pidfile = text_format("%s/" RUNTIME_PID, directory);
	const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	OWNED_FD fd = open(path, flags);
	OWNED_FD pid_fd = -1;

	*ret_holder = (struct runtime_holder){0};
	if (read_process(fd, ret_holder))
		return;
	pid_fd = open(pidfile, flags);
	if (pid_fd >= 0 && is_locked_by_qemu(pid_fd) && read_process(pid_fd, ret_holder))
		(void)process_start(ret_holder->pid, ret_holder->start);
}

static int write_text(const char *path, const char *text)
{
	OWNED_FD fd = open(
		path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	size_t length = strlen(text);

	return fd < 0 || write(fd, text, length) != (ssize_t)length ? -EIO : 0;
}

int runtime_note_pid(const char *directory, pid_t pid)
{
	OWNED_MEMORY char *path = text_format("%s/" RUNTIME_LOCK, directory);
	OWNED_MEMORY char *text = NULL;
	char start[PROCESS_START_SIZE] = "";

	(void)process_start(pid, start);
	text = text_format("%d %s", (int)pid, start);
	return write_text(path, text);
}

int runtime_write_pidfile(const char *directory, pid_t pid)
{
	OWNED_MEMORY char *path = text_format("%s/" RUNTIME_PID, directory);
	OWNED_MEMORY char *text = text_format("%d\n", (int)pid);

	return write_text(path, text);
}

static bool same_file(int fd, const char *path)
{
	struct stat opened = {0}, named = {0};

	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static int lock_directory(const char *directory, int flags, int operation)
{
	OWNED_MEMORY char *path = text_format("%s/" RUNTIME_LOCK, directory);
	OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | flags, S_IRUSR | S_IWUSR);

	if (fd < 0)
		return -errno;
	if (flock(fd, operation | LOCK_NB) < 0)
		return -errno;
	if (!same_file(fd, path))
		return -ENOENT;
	return cleanup_steal_fd(&fd);
}

/* Is the process there that is noted, and not this one? */
static bool holder_lives(const char *directory)
{
	struct runtime_holder noted = {0};

	runtime_lock_holder(directory, &noted);
	return noted.pid != getpid() && process_is_there(noted.pid, noted.start);
}

bool runtime_lock_lives(const char *directory)
{
	OWNED_FD fd = lock_directory(directory, 0, LOCK_SH);

	return fd == -EWOULDBLOCK || holder_lives(directory);
}

int runtime_lock_dead(const char *directory)
{
	OWNED_FD fd = lock_directory(directory, O_CREAT, LOCK_EX);

	if (fd >= 0 && holder_lives(directory))
		return -EWOULDBLOCK;
	return cleanup_steal_fd(&fd);
}
