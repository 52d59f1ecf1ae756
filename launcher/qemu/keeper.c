/* SPDX-License-Identifier: MIT
 * The process that stays with QEMU. */
#include "launcher/qemu/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/text.h"
#include "launcher/home/ended.h"
#include "launcher/qemu/keeper-end.h"

int keeper_detach(void)
{
	return setsid() < 0 || prctl(PR_SET_NAME, KEEPER_COMMAND, 0, 0, 0) < 0 ? -errno : 0;
}

/* Nobody waits for it, and it keeps nothing from going: no port, no terminal, no mount. */
static int let_go(const struct runtime *runtime, int channel)
{
	OWNED_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
	const int kept[] = {channel, runtime->directory_fd};

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
		dup2(null, STDERR_FILENO) < 0 || chdir("/") < 0)
		return -errno;
	return inherited_fds_keep(kept, 2);
}

/* All of owrun's memory and libraries would stay beside QEMU. Returns only where that fails. */
static void become_small(const struct runtime *runtime, pid_t pid)
{
	OWNED_MEMORY char *number = text_format("%d", (int)pid);
	char command[] = KEEPER_COMMAND;
	char *argv[] = {command, runtime->directory, number, NULL};

	execv(OWVM_KEEPER, argv);
}

__attribute__((noreturn)) void keeper_attend(const struct runtime *runtime, pid_t pid, int channel)
{
	struct keeper_word word = {.error = pid < 0 ? -pid : 0, .pid = pid};
	struct runtime_holder self = {0};
	int pidfd = pid < 0 ? -1 : pidfd_open(pid, 0);

	/* Nobody could wait for it. */
	if (pid > 0 && pidfd < 0) {
		word.error = errno;
		kill(pid, SIGKILL);
	}
	runtime_holder_of(getpid(), NULL, &self);
	(void)!runtime_note(runtime->directory_fd, RUNTIME_KEEPER_PID, &self);
	(void)!fdpass_send(channel, &word, sizeof(word), &pidfd, pidfd < 0 ? 0 : 1);
	if (word.error != 0 || let_go(runtime, channel) < 0)
		_exit(EXIT_FAILURE);
	become_small(runtime, pid);
	keeper_see_end(runtime->directory, pid);
}

pid_t keeper_hear(int channel, int *ret_pidfd)
{
	struct keeper_word word = {0};
	size_t n = 0;
	int r = fdpass_receive(channel, &word, sizeof(word), ret_pidfd, 1, &n);

	if (r != (int)sizeof(word))
		return r < 0 ? r : -ECHILD;
	if (word.error != 0)
		return -word.error;
	return n == 1 ? word.pid : -ECHILD;
}

int keeper_await(int channel)
{
	struct keeper_word word = {0};
	size_t n = 0;

	return fdpass_receive(channel, &word, sizeof(word), NULL, 0, &n) == (int)sizeof(word)
		       ? word.status
		       : ENDED_UNKNOWN;
}

void keeper_drop(int channel)
{
	(void)!fdpass_send(channel, "", 1, NULL, 0);
}
