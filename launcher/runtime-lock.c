/* SPDX-License-Identifier: MIT
 * The lock of a VM's runtime directory, and the process that is noted in it. */
#include "launcher/runtime-lock.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/text.h"

void runtime_lock_holder(const char *directory, struct runtime *runtime)
{
	OWNED_MEMORY char *path = text_format("%s/" RUNTIME_LOCK, directory);
	OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[16 + PROCESS_START_SIZE] = {0};
	size_t length = 0;
	uint32_t pid = 0;

	runtime->pid = 0;
	runtime->start[0] = '\0';
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return;
	length = strcspn(text, " ");
	if (!number_parse(text, length, INT32_MAX, &pid))
		return;
	runtime->pid = (pid_t)pid;
	if (text[length] == ' ' && strlen(text + length + 1) < sizeof(runtime->start))
		memcpy(runtime->start, text + length + 1, strlen(text + length + 1) + 1);
}

static int write_text(const char *path, const char *text)
{
	OWNED_FD fd = open(
		path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
	size_t length = strlen(text);

	return fd < 0 || write(fd, text, length) != (ssize_t)length ? -EIO : 0;
}

int runtime_note_pid(const struct runtime *runtime, pid_t pid)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_LOCK);
	OWNED_MEMORY char *text = NULL;
	char start[PROCESS_START_SIZE] = "";

	(void)process_start(pid, start);
	text = text_format("%d %s", (int)pid, start);
	return write_text(path, text);
}

int runtime_write_pidfile(const struct runtime *runtime, pid_t pid)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_PID);
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
	struct runtime noted = RUNTIME_NONE;

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
