/* SPDX-License-Identifier: MIT
 * A command on a bridge: the process that stays where the user is. */
#include "launcher/netns/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/signals.h"
#include "launcher/base/terminal.h"
#include "launcher/base/text.h"
#include "launcher/netns/private.h"
#include "launcher/netns/reap.h"

#define WORDS_MAX 2000

__attribute__((noreturn)) static void keep(const struct session *session, int parent, int said)
{
	OWNED_MEMORY char *error = NULL;
	int r = session_keep(session, parent, &error);

	if (r < 0 && error != NULL)
		(void)!bytes_write(said, error, strlen(error));
	_exit(r < 0 ? -r : r);
}

/* Until the keeper has ended; what comes meanwhile is for the command. Returns its status. */
static int await(pid_t keeper, int signals)
{
	struct signalfd_siginfo info = {0};
	int status = 0;

	while (waitpid(keeper, &status, WNOHANG) == 0) {
		ssize_t length = read(signals, &info, sizeof(info));

		if (length == sizeof(info) && info.ssi_signo != SIGCHLD && !signals_is_key(&info))
			kill(keeper, (int)info.ssi_signo);
	}
	return status;
}

static int judge(int status, int said, char **reterr_text)
{
	char words[WORDS_MAX + 1] = "";
	ssize_t length = bytes_read(said, words, WORDS_MAX);

	words[length < 0 ? 0 : length] = '\0';
	if (words[0] != '\0')
		return text_fail(reterr_text, WIFEXITED(status) ? -WEXITSTATUS(status) : -ECANCELED,
			"%s", words);
	if (!WIFEXITED(status))
		return text_fail(reterr_text, -ECANCELED, "what keeps the namespace was killed");
	return WEXITSTATUS(status);
}

/* Start the keeper. Returns its pid, or -errno. */
static pid_t start(const struct session *session, int *ret_said)
{
	OWNED_FD self = pidfd_open(getpid(), 0);
	int said[2] = {-1, -1};
	pid_t pid = -1;

	if (self >= 0 && pipe2(said, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		keep(session, self, said[1]);
	if (pid < 0)
		pid = -errno;
	cleanup_close(&said[1]);
	*ret_said = said[0];
	return pid;
}

int session_run(const struct session *session, char **reterr_text)
{
	OWNED_LENT_TERMINAL terminal = {.fd = -1};
	OWNED_FD signals = signals_open_all();
	OWNED_FD said = -1;
	pid_t keeper = signals < 0 ? signals : reap_adopt();
	int status = 0;

	terminal_lend(&terminal);
	if (keeper == 0)
		keeper = start(session, &said);
	if (keeper < 0)
		return text_fail(
			reterr_text, keeper, "cannot start a process: %s", strerror(-keeper));
	status = await(keeper, signals);
	if (!WIFEXITED(status))
		reap_all();
	return judge(status, said, reterr_text);
}
