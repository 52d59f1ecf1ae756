/* SPDX-License-Identifier: MIT
 * A command in an image: the first process of its namespaces, and the one that serves the image. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/chroot/ids.h"
#include "launcher/chroot/private.h"

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC 0x65735546
#endif
#define IMAGE_PATH "/proc/self/fd/3" /* CHROOT_IMAGE */
#define PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define LOG_MAX 4096
#define PAUSE 2000000 /* ns between two looks whether the image is mounted */

enum { SERVED = 0, NOT_SERVED = 1, UNSOUND = 2, NO_PROGRAM = 127 };

/* The process that serves the image, and what its programs said. */
struct server {
	pid_t pid;
	int start; /* fd of a pipe: a byte begins */
	int log;   /* memfd */
};

static int wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* exec() keeps a capability of who is not root in there only so. */
static int keep_mounting(void)
{
	cap_t held = cap_get_proc();
	const cap_value_t mounting = CAP_SYS_ADMIN;
	int r = held == NULL || cap_set_flag(held, CAP_INHERITABLE, 1, &mounting, CAP_SET) < 0 ||
				cap_set_proc(held) < 0 || cap_set_ambient(mounting, CAP_SET) < 0
			? -errno
			: 0;

	if (held != NULL)
		cap_free(held);
	return r;
}

__attribute__((noreturn)) static void run_program(char *const *argv)
{
	if (fcntl(CHROOT_IMAGE, F_SETFD, 0) == 0)
		execvp(argv[0], argv);
	_exit(NO_PROGRAM);
}

/* fuse2fs, which ends when its file system is unmounted. */
static int serve(uint64_t offset)
{
	OWNED_MEMORY char *options = text_format(
		"rw,allow_other,default_permissions,offset=%llu", (unsigned long long)offset);
	char *const argv[] = {"fuse2fs", "-f", "-s", IMAGE_PATH, CHROOT_GUEST, "-o", options, NULL};
	pid_t pid = fork();

	if (pid == 0) {
		if (keep_mounting() < 0)
			_exit(126);
		run_program(argv);
	}
	return pid < 0 ? NOT_SERVED : wait_for(pid);
}

static int check(uint64_t offset)
{
	OWNED_MEMORY char *image =
		text_format(IMAGE_PATH "?offset=%llu", (unsigned long long)offset);
	char *const argv[] = {"e2fsck", "-fn", image, NULL};
	pid_t pid = fork();

	if (pid == 0)
		run_program(argv);
	return pid < 0 ? UNSOUND : wait_for(pid);
}

/* A file system may say that it is larger than its image, and would become so. */
static int limit_image(void)
{
	struct stat st = {0};
	int r = fstat(CHROOT_IMAGE, &st);
	const struct rlimit size = {(rlim_t)st.st_size, (rlim_t)st.st_size};

	signal(SIGXFSZ, SIG_IGN);
	return r < 0 ? r : setrlimit(RLIMIT_FSIZE, &size);
}

/* It is the user still, who can open the image, and nobody in the image. Sockets without a path
 * would know it for the user, so there is no network but for the command. */
__attribute__((noreturn)) static void server(uint64_t offset, int start, int log)
{
	OWNED_FD null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char byte = 0;
	int status = 0;

	/* Ctrl-C is not for fuse2fs. */
	setsid();
	signals_reset();
	if (null < 0 || unshare(CLONE_NEWNET) < 0 || limit_image() < 0 ||
		dup2(null, STDIN_FILENO) < 0 || dup2(log, STDOUT_FILENO) < 0 ||
		dup2(log, STDERR_FILENO) < 0 || setenv("PATH", PATH, 1) < 0 ||
		read(start, &byte, 1) != 1 || chroot_refuse_calls(true) < 0)
		_exit(NOT_SERVED);
	status = serve(offset);
	if (status == NO_PROGRAM)
		_exit(NO_PROGRAM);
	if (status != 0)
		_exit(NOT_SERVED);
	status = check(offset);
	_exit(status == 0 ? SERVED : status == NO_PROGRAM ? NO_PROGRAM : UNSOUND);
}

static int server_start(uint64_t offset, struct server *ret_server)
{
	int start[2] = {-1, -1}, log = memfd_create("log", MFD_CLOEXEC);
	pid_t pid = -1;

	if (log >= 0 && pipe2(start, O_CLOEXEC) == 0)
		pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0)
		server(offset, start[0], log);
	close(start[0]);
	*ret_server = (struct server){.pid = pid, .start = start[1], .log = log};
	return 0;
}

/* The last line that its programs said; within `log`. */
static const char *last_words(const struct server *server, char log[LOG_MAX + 1])
{
	off_t end = lseek(server->log, 0, SEEK_END);
	off_t from = end > LOG_MAX ? end - LOG_MAX : 0;
	ssize_t length = pread(server->log, log, LOG_MAX, from);
	char *line = log, *last = log;

	log[length < 0 ? 0 : length] = '\0';
	while ((line = strsep(&log, "\n")) != NULL)
		if (*line != '\0')
			last = line;
	return last;
}

static int say_server(const struct server *server, int status, char **reterr_text)
{
	char log[LOG_MAX + 1] = "";
	const char *words = last_words(server, log);

	if (status == NO_PROGRAM)
		return text_fail(reterr_text, -ENOENT,
			"there is no program 'fuse2fs' or 'e2fsck' (packages fuse2fs, e2fsprogs)");
	if (status == UNSOUND)
		return text_fail(reterr_text, -EUCLEAN,
			"the file system has errors now, which 'e2fsck -f' shows: %s", words);
	return text_fail(reterr_text, -EIO, "fuse2fs cannot serve the file system: %s", words);
}

static bool is_mounted(void)
{
	struct statfs fs = {0};

	return statfs(CHROOT_GUEST, &fs) == 0 && fs.f_type == FUSE_SUPER_MAGIC;
}

static int server_begin(const struct server *server, char **reterr_text)
{
	const struct timespec pause = {.tv_nsec = PAUSE};
	int status = 0;

	if (write(server->start, "", 1) != 1)
		return text_fail(reterr_text, -errno, "fuse2fs does not start");
	while (!is_mounted()) {
		if (waitpid(server->pid, &status, WNOHANG) == server->pid)
			return say_server(server,
				WIFEXITED(status) ? WEXITSTATUS(status) : NOT_SERVED, reterr_text);
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* Nobody is in the image any more: all of it is written when fuse2fs has ended. */
static int server_end(const struct server *server, char **reterr_text)
{
	int status = umount2(CHROOT_GUEST, 0) < 0 ? NOT_SERVED : wait_for(server->pid);

	return status == SERVED ? 0 : say_server(server, status, reterr_text);
}

/* Root of the image. */
static int become_root(char **reterr_text)
{
	if (setresgid(0, 0, 0) < 0 || setgroups(0, NULL) < 0 || setresuid(0, 0, 0) < 0 ||
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return ids_say_namespace(errno, reterr_text);
	return 0;
}

static int run_inside(const struct chroot *chroot, const char *resolver, char **reterr_text)
{
	pid_t pid = unshare(CLONE_NEWPID) < 0 ? -1 : fork();

	if (pid == 0) {
		OWNED_MEMORY char *error = NULL;
		int r = chroot_inside(chroot, resolver, &error);

		if (error != NULL)
			(void)!write(CHROOT_SAID, error, strlen(error));
		_exit(r < 0 ? CHROOT_FAILED : r);
	}
	return pid < 0 ? text_fail(
				 reterr_text, -errno, "cannot start a process: %s", strerror(errno))
		       : wait_for(pid);
}

int chroot_stage(const struct chroot *chroot, const char *resolver, char **reterr_text)
{
	struct server server = {0};
	int status = 0, r = server_start(chroot->offset, &server);

	if (r < 0)
		return text_fail(reterr_text, r, "cannot start a process: %s", strerror(-r));
	r = become_root(reterr_text);
	if (r == 0)
		r = chroot_make_root(reterr_text);
	if (r == 0)
		r = server_begin(&server, reterr_text);
	if (r < 0)
		return r;
	status = run_inside(chroot, resolver, reterr_text);
	/* What else there is of the image is thrown away. */
	if (status != 0)
		return status;
	return server_end(&server, reterr_text);
}
