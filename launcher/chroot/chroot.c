/* SPDX-License-Identifier: MIT
 * A command that runs in an image: the side of the parent. */
#include "launcher/chroot/chroot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/signals.h"
#include "launcher/base/terminal.h"
#include "launcher/base/text.h"
#include "launcher/chroot/ids.h"
#include "launcher/chroot/private.h"

#define WORDS_MAX 4000
#define RESOLVER "/etc/resolv.conf"
#define RESOLVER_MAX 8192

struct run {
	pid_t pid;
	int go;	  /* fd: a byte when the ids are there; it ends when owrun does */
	int said; /* fd: what went wrong */
};

static char *read_resolver(void)
{
	OWNED_FD fd = open(RESOLVER, O_RDONLY | O_CLOEXEC);
	char text[RESOLVER_MAX + 1] = "";
	ssize_t length = fd < 0 ? -1 : read(fd, text, RESOLVER_MAX);

	return length < 0 ? NULL : text_format("%.*s", (int)length, text);
}

/* The first process of the namespaces. */
__attribute__((noreturn)) static void child(const struct chroot *chroot, int go, int said)
{
	OWNED_MEMORY char *resolver = chroot->network ? read_resolver() : NULL;
	OWNED_MEMORY char *error = NULL;
	char byte = 0;
	int r = inherited_fds_keep((int[]){chroot->image, go, said}, 3);

	for (int fd = CHROOT_IMAGE; r == 0 && fd <= CHROOT_SAID; fd++)
		r = fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 ? -errno : 0;
	if (r < 0 || read(CHROOT_GO, &byte, 1) != 1)
		_exit(CHROOT_FAILED);
	r = chroot_stage(chroot, resolver, &error);
	if (error != NULL)
		(void)!write(CHROOT_SAID, error, strlen(error));
	_exit(r < 0 ? CHROOT_FAILED : r);
}

/* fork() into namespaces of its own. */
static pid_t clone_child(bool network)
{
	unsigned long flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC |
			      CLONE_NEWUTS | CLONE_NEWCGROUP | SIGCHLD;

	return (pid_t)syscall(
		SYS_clone, network ? flags : flags | CLONE_NEWNET, NULL, NULL, NULL, NULL);
}

static int start(const struct chroot *chroot, struct run *ret_run, char **reterr_text)
{
	int go[2] = {-1, -1}, said[2] = {-1, -1}, error = 0;
	pid_t pid = -1;

	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(said, O_CLOEXEC) < 0) {
		error = errno;
		cleanup_close(&go[0]);
		cleanup_close(&go[1]);
		return text_fail(reterr_text, -error, "cannot make a pipe: %s", strerror(error));
	}
	pid = clone_child(chroot->network);
	error = errno;
	if (pid == 0)
		child(chroot, go[0], said[1]);
	close(go[0]);
	close(said[1]);
	*ret_run = (struct run){.pid = pid, .go = go[1], .said = said[0]};
	return pid < 0 ? ids_say_namespace(error, reterr_text) : 0;
}

/* Does what came end the command? On a terminal Ctrl-C is for it to judge, and Ctrl-\ is not. */
static bool is_end(int signals)
{
	struct signalfd_siginfo info = {0};

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return false;
	return info.ssi_signo != SIGINT || !isatty(STDIN_FILENO);
}

/* Returns 0 when it has ended, or -EINTR. */
static int await(pid_t pid, int signals)
{
	OWNED_FD pidfd = pidfd_open(pid, 0);
	struct pollfd waits[] = {
		{.fd = pidfd, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

	if (pidfd < 0)
		return -errno;
	while (true) {
		if (poll(waits, 2, -1) < 0)
			continue;
		if (waits[0].revents != 0)
			return 0;
		if (waits[1].revents != 0 && is_end(signals))
			return -EINTR;
	}
}

/* Its last words, to the end of the pipe: nobody in its namespaces outlives the first process. */
static void listen_to(int fd, char ret_words[WORDS_MAX + 1])
{
	ssize_t length = bytes_read(fd, ret_words, WORDS_MAX);

	ret_words[length < 0 ? 0 : length] = '\0';
}

static int judge(const struct run *run, int status, int *ret_status, char **reterr_text)
{
	char words[WORDS_MAX + 1] = "";

	listen_to(run->said, words);
	*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : CHROOT_FAILED;
	if (words[0] != '\0')
		return text_fail(reterr_text, -ECANCELED, "%s", words);
	if (!WIFEXITED(status))
		return text_fail(reterr_text, -ECANCELED, "what runs the command was killed");
	return 0;
}

static int carry_out(const struct chroot *chroot, const struct ids *ids, struct run *run,
	int *ret_status, char **reterr_text)
{
	int status = 0, r = ids_map(ids, run->pid, reterr_text);

	if (r == 0 && write(run->go, "", 1) != 1)
		r = -errno;
	if (r == 0)
		r = await(run->pid, chroot->signals);
	if (r < 0)
		kill(run->pid, SIGKILL);
	while (waitpid(run->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r == -EINTR)
		return text_fail(reterr_text, r, "interrupted");
	return r < 0 ? r : judge(run, status, ret_status, reterr_text);
}

int chroot_check(char **reterr_text)
{
	struct ids ids = {0};
	int r = ids_find(&ids, reterr_text);

	if (r == 0 && access("/dev/fuse", R_OK | W_OK) < 0)
		return text_fail(reterr_text, -errno,
			"cannot use /dev/fuse: %s ('sudo modprobe fuse' makes it)",
			strerror(errno));
	return r;
}

int chroot_run(const struct chroot *chroot, int *ret_status, char **reterr_text)
{
	struct run run = {0};
	struct ids ids = {0};
	OWNED_LENT_TERMINAL terminal = {.fd = -1};
	int r = ids_find(&ids, reterr_text);

	terminal_lend(&terminal);
	*ret_status = CHROOT_FAILED;
	if (r == 0)
		r = start(chroot, &run, reterr_text);
	if (r < 0)
		return r;
	r = carry_out(chroot, &ids, &run, ret_status, reterr_text);
	close(run.go);
	close(run.said);
	return r;
}
