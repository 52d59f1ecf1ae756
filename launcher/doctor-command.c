/* SPDX-License-Identifier: MIT
 * Small files of the host, below a root that tests move, and programs with a time limit. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "common/cleanup.h"
#include "launcher/deadline.h"
#include "launcher/doctor-host.h"
#include "launcher/fds.h"
#include "launcher/signals.h"
#include "launcher/text.h"

#define LINE_MAX_BYTES 256

__attribute__((noreturn)) static void child(const char *program, const char *argument, int output)
{
	char *argv[] = {text_format("%s", program), text_format("%s", argument), NULL};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0 ||
		dup2(output, STDOUT_FILENO) < 0 || fds_keep(NULL, 0) < 0)
		_exit(127);
	signals_reset();
	execv(program, argv);
	_exit(127);
}

/* Read up to the end of the first line. True when there is one, without its newline. */
static bool read_line(int fd, int64_t deadline, char ret_line[LINE_MAX_BYTES])
{
	size_t used = 0;

	while (used < LINE_MAX_BYTES - 1) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		ssize_t length = 0;
		char *end = NULL;

		if (poll(&wait, 1, deadline_left(deadline)) <= 0)
			return false;
		length = read(fd, ret_line + used, LINE_MAX_BYTES - 1 - used);
		if (length <= 0)
			return false;
		used += (size_t)length;
		ret_line[used] = '\0';
		end = strchr(ret_line, '\n');
		if (end != NULL) {
			*end = '\0';
			return true;
		}
	}
	return false;
}

/* Wait for its end, and kill it at the deadline. */
static void reap(pid_t pid, int64_t deadline)
{
	OWNED_FD pidfd = pidfd_open(pid, 0);
	struct pollfd wait = {.fd = pidfd, .events = POLLIN};

	if (pidfd < 0 || poll(&wait, 1, deadline_left(deadline)) <= 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

char *doctor_host_first_line(const char *program, const char *argument, int timeout_ms)
{
	int64_t deadline = deadline_in(timeout_ms);
	char line[LINE_MAX_BYTES] = "";
	int pair[2] = {-1, -1};
	bool found = false;
	pid_t pid = 0;

	if (pipe2(pair, O_CLOEXEC) < 0)
		return NULL;
	pid = fork();
	if (pid == 0)
		child(program, argument, pair[1]);
	close(pair[1]);
	if (pid > 0)
		found = read_line(pair[0], deadline, line);
	close(pair[0]);
	if (pid > 0)
		reap(pid, deadline);
	return found ? text_format("%s", line) : NULL;
}
