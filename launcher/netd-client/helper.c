/* SPDX-License-Identifier: MIT
 * owvm-netd as a child process that serves one request on a socketpair. */
#include "launcher/netd-client/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
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

int helper_start(const char *path, bool quiet, struct helper *ret_helper)
{
	int pair[2] = {-1, -1};
	pid_t pid = 0;

	if (access(path, X_OK) < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		child(path, quiet, pair[1]);
	close(pair[1]);
	if (pid < 0) {
		int error = errno;

		close(pair[0]);
		return -error;
	}
	*ret_helper = (struct helper){.pid = pid, .socket = pair[0]};
	return 0;
}

void helper_end(struct helper *helper, bool hangs)
{
	cleanup_close(&helper->socket);
	/* Not reaped yet, so the pid is still the helper's. */
	if (hangs)
		kill(helper->pid, SIGKILL);
	while (waitpid(helper->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
