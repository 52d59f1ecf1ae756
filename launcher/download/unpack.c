/* SPDX-License-Identifier: MIT
 * Unpacking what comes in: the side of the parent. */
#include "launcher/download/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/download/private.h"
#include "launcher/sandbox/sandbox.h"

#define PIPE_SIZE (1024 * 1024)
#define WORDS_MAX 1000

enum { INPUT = INHERITED_FDS_FIRST, OUTPUT, SAID };

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

__attribute__((noreturn)) static void child(int input, int output, int said, uint64_t max)
{
	OWNED_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
	OWNED_MEMORY char *error = NULL;
	int r = 0;

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
		dup2(null, STDERR_FILENO) < 0 ||
		inherited_fds_keep((int[]){input, output, said}, 3) < 0)
		_exit(126);
	signals_reset();
	r = confine();
	if (r < 0)
		text_fail(&error, r, "cannot be unpacked: %s", strerror(-r));
	else
		r = unpack_stream(INPUT, OUTPUT, max, &error);
	if (r < 0)
		(void)!write(SAID, error, strlen(error));
	_exit(r < 0 ? 1 : 0);
}

int unpack_start(int output, uint64_t max, struct unpack *ret_unpack)
{
	int stream[2] = {-1, -1}, words[2] = {-1, -1}, r = 0;
	pid_t pid = -1;

	if (pipe2(stream, O_CLOEXEC) < 0)
		return -errno;
	(void)fcntl(stream[1], F_SETPIPE_SZ, PIPE_SIZE);
	if (pipe2(words, O_CLOEXEC) == 0)
		pid = fork();
	r = pid < 0 ? -errno : 0;
	if (pid == 0)
		child(stream[0], output, words[1], max);
	cleanup_close(&stream[0]);
	cleanup_close(&words[1]);
	if (r < 0) {
		cleanup_close(&stream[1]);
		cleanup_close(&words[0]);
		return r;
	}
	*ret_unpack = (struct unpack){.pid = pid, .input = stream[1], .said = words[0]};
	return 0;
}

int unpack_give(struct unpack *unpack, const void *data, size_t size)
{
	const char *at = data;

	while (size > 0) {
		ssize_t length = write(unpack->input, at, size);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		at += length;
		size -= (size_t)length;
	}
	return 0;
}

/* Its last words, to the end of the pipe. */
static void listen_to(int fd, char ret_words[WORDS_MAX + 1])
{
	size_t used = 0;
	ssize_t length = 0;

	while (used < WORDS_MAX && ((length = read(fd, ret_words + used, WORDS_MAX - used)) > 0 ||
					   (length < 0 && errno == EINTR)))
		used += length > 0 ? (size_t)length : 0;
	ret_words[used] = '\0';
}

static int reap(struct unpack *unpack)
{
	int status = 0;

	while (waitpid(unpack->pid, &status, 0) < 0 && errno == EINTR)
		;
	unpack->pid = 0;
	return status;
}

int unpack_finish(struct unpack *unpack, char **reterr_text)
{
	char words[WORDS_MAX + 1] = "";
	int status = 0;

	cleanup_close(&unpack->input);
	listen_to(unpack->said, words);
	cleanup_close(&unpack->said);
	status = reap(unpack);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (words[0] != '\0')
		return text_fail(reterr_text, -EBADMSG, "%s", words);
	return text_fail(reterr_text, -EBADMSG, "cannot be unpacked: what does it ended with %s %d",
		WIFSIGNALED(status) ? "signal" : "status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

void unpack_stop(struct unpack *unpack)
{
	cleanup_close(&unpack->input);
	cleanup_close(&unpack->said);
	if (unpack->pid > 0) {
		kill(unpack->pid, SIGKILL);
		reap(unpack);
	}
}
