/* SPDX-License-Identifier: MIT
 * A child that works on what came from outside, and can do nothing else. */
#include "launcher/sandbox/worker.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/sandbox/sandbox.h"

#define WORDS_MAX 1000
#define STATUS_LOST 254 /* it did not come as far as its work */

/* No file can be opened any more, no socket made, no process started. */
static int confine(void)
{
	const struct rlimit none = {0};
	const struct sandbox nothing = {0};
	int r = 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	r = sandbox_enter(&nothing, -1);
	if (r < 0)
		return r;
	if (setrlimit(RLIMIT_NOFILE, &none) < 0 || setrlimit(RLIMIT_NPROC, &none) < 0 ||
		setrlimit(RLIMIT_CORE, &none) < 0)
		return -errno;
	return 0;
}

__attribute__((noreturn)) static void child(int (*work)(void *context, char **reterr_text),
	void *context, const int *fds, size_t n, int said)
{
	OWNED_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
	OWNED_MEMORY char *error = NULL;
	int kept[WORKER_FDS_MAX + 1] = {0}, r = 0;

	memcpy(kept, fds, n * sizeof(*fds));
	kept[n] = said;
	said = WORKER_FD((int)n);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
		dup2(null, STDERR_FILENO) < 0 || inherited_fds_keep(kept, n + 1) < 0)
		_exit(STATUS_LOST);
	signals_reset();
	r = confine();
	if (r < 0)
		text_fail(&error, r, "cannot be looked at safely: %s", strerror(-r));
	else
		r = work(context, &error);
	if (r < 0 && error != NULL)
		(void)!write(said, error, strlen(error));
	_exit(r < 0 ? -r : 0);
}

int worker_start(int (*work)(void *context, char **reterr_text), void *context, const int *fds,
	size_t n, struct worker *ret_worker)
{
	int words[2] = {-1, -1};
	pid_t pid = -1;

	assert(n <= WORKER_FDS_MAX);
	if (pipe2(words, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		child(work, context, fds, n, words[1]);
	cleanup_close(&words[1]);
	if (pid < 0) {
		cleanup_close(&words[0]);
		return -errno;
	}
	*ret_worker = (struct worker){.pid = pid, .said = words[0]};
	return 0;
}

/* Its last words, to the end of the pipe. */
static void listen_to(int fd, char ret_words[WORDS_MAX + 1])
{
	ssize_t length = bytes_read(fd, ret_words, WORDS_MAX);

	ret_words[length < 0 ? 0 : length] = '\0';
}

static int reap(struct worker *worker)
{
	int status = 0;

	while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
	worker->pid = 0;
	return status;
}

int worker_finish(struct worker *worker, char **reterr_text)
{
	char words[WORDS_MAX + 1] = "";
	int status = 0;

	listen_to(worker->said, words);
	cleanup_close(&worker->said);
	status = reap(worker);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) != STATUS_LOST)
		return text_fail(reterr_text, -WEXITSTATUS(status), "%s", words);
	return text_fail(reterr_text, -EIO, "cannot be read: what does it ended with %s %d",
		WIFSIGNALED(status) ? "signal" : "status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

void worker_stop(struct worker *worker)
{
	cleanup_close(&worker->said);
	if (worker->pid > 0) {
		kill(worker->pid, SIGKILL);
		reap(worker);
	}
}
