/* SPDX-License-Identifier: MIT
 * owvm-netd as a child process that serves one request on a socketpair. */
#include "launcher/netd-client/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"

__attribute__((noreturn)) static void child(const char *path, bool quiet, int socket)
{
	OWNED_MEMORY char *number = text_format("%d", INHERITED_FDS_FIRST);
	char *argv[] = {text_format("%s", path), text_format("--fd"), number, NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || (quiet && dup2(null, STDERR_FILENO) < 0) ||
		inherited_fds_keep(&socket, 1) < 0)
		_exit(127);
	signals_reset();
	execv(path, argv);
	_exit(127);
}

/* One at a time, until nobody is left to send one. */
__attribute__((noreturn)) static void serve(const char *path, int socket)
{
	int fd = -1;
	size_t n = 0;
	char byte = 0;

	while (fdpass_receive(socket, &byte, 1, &fd, 1, &n) > 0 && n == 1) {
		pid_t pid = fork();

		if (pid == 0) {
			/* The kernel forgets it of a program with a capability, which ends by
			 * itself. */
			(void)!prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
			child(path, false, fd);
		}
		close(fd);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	_exit(0);
}

static int start(const char *path, bool quiet, bool stays, struct helper *ret_helper)
{
	int pair[2] = {-1, -1};
	pid_t pid = 0;

	if (access(path, X_OK) < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		if (stays)
			serve(path, pair[1]);
		child(path, quiet, pair[1]);
	}
	close(pair[1]);
	if (pid < 0) {
		int error = errno;

		close(pair[0]);
		return -error;
	}
	*ret_helper = (struct helper){.pid = pid, .socket = pair[0]};
	return 0;
}

int helper_start(const char *path, bool quiet, struct helper *ret_helper)
{
	return start(path, quiet, false, ret_helper);
}

int helper_stay(const char *path, struct helper *ret_staying)
{
	return start(path, false, true, ret_staying);
}

int helper_start_by(const struct helper *staying, struct helper *ret_helper)
{
	int pair[2] = {-1, -1}, r = 0;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	r = fdpass_send(staying->socket, "", 1, &pair[1], 1);
	close(pair[1]);
	if (r < 0) {
		close(pair[0]);
		return r;
	}
	*ret_helper = (struct helper){.socket = pair[0]};
	return 0;
}

void helper_end(struct helper *helper, bool hangs)
{
	cleanup_close(&helper->socket);
	/* Not reaped yet, so the pid is still the helper's. */
	if (hangs && helper->pid > 0)
		kill(helper->pid, SIGKILL);
	while (helper->pid > 0 && waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
