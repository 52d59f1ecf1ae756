/* SPDX-License-Identifier: MIT
 * Running another program for its output: no shell, a time limit. */
#include "launcher/base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/base/wait-line.h"

#define OUTPUT_MAX (1024 * 1024) /* bytes of each stream; what is more is thrown away */

enum { OUT, ERR, N_STREAMS };

struct output {
	char *text; /* NUL-terminated */
	size_t used;
	int fd;
};

/* The program, and what its child does before. */
struct program {
	char *const *argv;
	struct tool_child child;
};

__attribute__((noreturn)) static void child(const struct program *program, int out, int err)
{
	char *const *argv = program->argv;
	const struct tool_child *own = &program->child;
	OWNED_FD null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
		dup2(err, STDERR_FILENO) < 0 || inherited_fds_keep(own->fds, own->n_fds) < 0)
		_exit(126);
	signals_reset();
	if (own->prepare != NULL && own->prepare(own->context) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/* Take what a stream has; closes it at its end. */
static void take(struct output *output)
{
	char data[4096];
	ssize_t length = read(output->fd, data, sizeof(data));

	if (length < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (length <= 0) {
		cleanup_close(&output->fd);
		return;
	}
	if ((size_t)length > OUTPUT_MAX - output->used)
		return;
	output->text = realloc(output->text, output->used + (size_t)length + 1);
	if (output->text == NULL)
		abort();
	memcpy(output->text + output->used, data, (size_t)length);
	output->used += (size_t)length;
	output->text[output->used] = '\0';
}

/* Read both streams to their ends. Returns 0, -ETIMEDOUT also of a program that goes on writing, or
 * -EINTR. */
static int read_all(
	const char *what, struct output outputs[N_STREAMS], int signals, int64_t deadline)
{
	OWNED_WAIT_LINE line = {0};

	wait_line_start(&line, what);
	while (outputs[OUT].fd >= 0 || outputs[ERR].fd >= 0) {
		struct pollfd waits[N_STREAMS + 1] = {
			{.fd = outputs[OUT].fd, .events = POLLIN},
			{.fd = outputs[ERR].fd, .events = POLLIN},
			{.fd = signals, .events = POLLIN},
		};
		int left = deadline_left(deadline);
		int ready = poll(waits, N_STREAMS + 1, wait_line_left(&line, left));

		if (left == 0)
			return -ETIMEDOUT;
		wait_line_show(&line);
		if (ready > 0 && waits[N_STREAMS].revents != 0)
			return -EINTR;
		for (size_t i = 0; i < N_STREAMS && ready > 0; i++)
			if (waits[i].revents != 0)
				take(&outputs[i]);
	}
	return 0;
}

/* A program may close its streams and go on. Returns 0 when it has ended, -ETIMEDOUT, -EINTR, or
 * another -errno. */
static int wait_for_end(pid_t pid, int signals, int64_t deadline)
{
	OWNED_FD pidfd = pidfd_open(pid, 0);
	struct pollfd waits[] = {
		{.fd = pidfd, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
	int r = -1;

	if (pidfd < 0)
		return -errno;
	do
		r = poll(waits, 2, deadline_left(deadline));
	while (r < 0 && errno == EINTR);
	if (r == 0)
		return -ETIMEDOUT;
	return waits[0].revents != 0 ? 0 : -EINTR;
}

/* The last line that says something; within text, which is changed. */
static const char *last_line(char *text)
{
	char *rest = text, *line = NULL;
	const char *last = "";

	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			last = line;
	return last;
}

static int judge(const char *program, int status, struct output *error, char **reterr_text)
{
	const char *last = error->text == NULL ? "" : last_line(error->text);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return text_fail(reterr_text, -ENOENT, "there is no program '%s'", program);
	return text_fail(reterr_text, -EREMOTEIO, "'%s' failed%s%s", program,
		*last == '\0' ? "" : ": ", last);
}

static int start(const struct program *program, struct output outputs[N_STREAMS], pid_t *ret_pid)
{
	int out[2] = {-1, -1}, err[2] = {-1, -1};
	pid_t pid = -1;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		child(program, out[1], err[1]);
	cleanup_close(&out[1]);
	cleanup_close(&err[1]);
	outputs[OUT].fd = out[0];
	outputs[ERR].fd = err[0];
	*ret_pid = pid;
	return pid < 0 ? -errno : 0;
}

static int say_failure(const char *program, int error, int timeout_ms, char **reterr_text)
{
	if (error == -ETIMEDOUT)
		return text_fail(reterr_text, error, "'%s' did not end within %d s", program,
			timeout_ms / 1000);
	if (error == -EINTR)
		return text_fail(reterr_text, error, "interrupted");
	return text_fail(reterr_text, error, "cannot wait for '%s': %s", program, strerror(-error));
}

static int run(const struct program *program, int signals, int timeout_ms, char **ret_output,
	char **reterr_text)
{
	char *const *argv = program->argv;
	struct output outputs[N_STREAMS] = {{.fd = -1}, {.fd = -1}};
	int64_t deadline = deadline_in(timeout_ms);
	pid_t pid = -1;
	int status = 0, r = start(program, outputs, &pid);

	if (r < 0)
		text_fail(reterr_text, r, "cannot start '%s': %s", argv[0], strerror(-r));
	if (r == 0)
		r = read_all(argv[0], outputs, signals, deadline);
	if (r == 0)
		r = wait_for_end(pid, signals, deadline);
	if (r < 0 && pid > 0) {
		kill(pid, SIGKILL);
		say_failure(argv[0], r, timeout_ms, reterr_text);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r == 0)
		r = judge(argv[0], status, &outputs[ERR], reterr_text);
	cleanup_close(&outputs[OUT].fd);
	cleanup_close(&outputs[ERR].fd);
	free(outputs[ERR].text);
	if (r < 0 || ret_output == NULL)
		free(outputs[OUT].text);
	else
		*ret_output = outputs[OUT].text == NULL ? text_format("%s", "") : outputs[OUT].text;
	return r;
}

int tool_run(char *const *argv, int signals, int timeout_ms, char **ret_output, char **reterr_text)
{
	return run(&(struct program){.argv = argv}, signals, timeout_ms, ret_output, reterr_text);
}

int tool_run_prepared(char *const *argv, const struct tool_child *child, int signals,
	int timeout_ms, char **reterr_text)
{
	const struct program program = {.argv = argv, .child = *child};

	return run(&program, signals, timeout_ms, NULL, reterr_text);
}
