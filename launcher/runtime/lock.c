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
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/runtime/file.h"
#include "launcher/vm/runtime-files.h"

#define NOTE_SIZE (16 + PROCESS_START_SIZE + RUNTIME_PROGRAM_SIZE)

static void copy_word(const char *word, char *ret_text, size_t size)
{
	size_t length = word == NULL ? 0 : strlen(word);

	if (length < size)
		memcpy(ret_text, word == NULL ? "" : word, length + 1);
}

void runtime_holder_of(pid_t pid, const char *program, struct runtime_holder *ret_holder)
{
	OWNED_MEMORY char *id = program == NULL ? NULL : file_id(AT_FDCWD, program);

	*ret_holder = (struct runtime_holder){.pid = pid};
	(void)process_start(pid, ret_holder->start);
	copy_word(id, ret_holder->program, sizeof(ret_holder->program));
}

/* A QEMU that was started by the command of --dry-run holds no lock of ours, but one of its own on
 * its pidfile as long as it lives (QEMU's util/oslib-posix.c, qemu_write_pidfile). Which process it
 * is says the kernel, not the file. */
static void ask_pidfile(int directory, struct runtime_holder *holder)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	OWNED_FD fd = runtime_file_open(directory, RUNTIME_PID, RUNTIME_FILE_MAX);
	OWNED_MEMORY char *program = NULL;

	if (fd < 0 || fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type == F_UNLCK ||
		lock.l_pid <= 0)
		return;
	program = text_format("/proc/%d/exe", (int)lock.l_pid);
	runtime_holder_of(lock.l_pid, program, holder);
}

/* Read "PID", "PID START" or "PID START PROGRAM" up to the end of the line. False when it is none
 * of them. */
static bool read_note(int fd, struct runtime_holder *holder)
{
	char text[NOTE_SIZE + 1] = {0}, *rest = text, *word = NULL;
	uint32_t pid = 0;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	word = strsep(&rest, " ");
	if (!number_parse(word, strlen(word), INT32_MAX, &pid))
		return false;
	holder->pid = (pid_t)pid;
	copy_word(strsep(&rest, " "), holder->start, sizeof(holder->start));
	copy_word(rest, holder->program, sizeof(holder->program));
	return true;
}

bool runtime_noted(int directory, const char *file, struct runtime_holder *ret_holder)
{
	OWNED_FD fd = runtime_file_open(directory, file, RUNTIME_FILE_MAX);

	*ret_holder = (struct runtime_holder){0};
	return read_note(fd, ret_holder);
}

void runtime_lock_holder(int directory, struct runtime_holder *ret_holder)
{
	if (!runtime_noted(directory, RUNTIME_LOCK, ret_holder))
		ask_pidfile(directory, ret_holder);
}

int runtime_note(int directory, const char *file, const struct runtime_holder *holder)
{
	OWNED_MEMORY char *text = text_format("%d %s%s%s\n", (int)holder->pid, holder->start,
		holder->program[0] == '\0' ? "" : " ", holder->program);

	return runtime_file_write(directory, file, text);
}

int runtime_write_pidfile(int directory, pid_t pid)
{
	OWNED_MEMORY char *text = text_format("%d\n", (int)pid);

	return runtime_file_write(directory, RUNTIME_PID, text);
}

static bool is_the_lock(int fd, int directory)
{
	struct stat opened = {0}, named = {0};

	return fstat(fd, &opened) == 0 &&
	       fstatat(directory, RUNTIME_LOCK, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static int lock_directory(int directory, int flags, int operation)
{
	OWNED_FD fd = openat(directory, RUNTIME_LOCK,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | flags,
		S_IRUSR | S_IWUSR);
	int r = fd < 0 ? -errno : own_file_check(fd, geteuid(), RUNTIME_FILE_MAX);

	if (r < 0)
		return r;
	if (flock(fd, operation | LOCK_NB) < 0)
		return -errno;
	if (!is_the_lock(fd, directory))
		return -ENOENT;
	return cleanup_steal_fd(&fd);
}

/* Is the process there that is noted, and not this one? */
static bool holder_lives(int directory)
{
	struct runtime_holder noted = {0};

	runtime_lock_holder(directory, &noted);
	return noted.pid != getpid() && process_is_there(noted.pid, noted.start);
}

bool runtime_lock_lives(int directory)
{
	OWNED_FD fd = lock_directory(directory, 0, LOCK_SH);

	return fd == -EWOULDBLOCK || holder_lives(directory);
}

int runtime_lock_dead(int directory)
{
	OWNED_FD fd = lock_directory(directory, O_CREAT, LOCK_EX);

	if (fd >= 0 && holder_lives(directory))
		return -EWOULDBLOCK;
	return cleanup_steal_fd(&fd);
}
