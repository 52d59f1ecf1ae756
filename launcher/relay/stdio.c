/* SPDX-License-Identifier: MIT
 * A connection as standard input and output: for programs that start owrun to reach a guest.
 *
 * A process for each direction: neither waits for the other, and what others share with this
 * program blocks as it did. */
#include "launcher/relay/stdio.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/bytes.h"

#define CHUNK 8192

static int copy(int from, int to)
{
	char data[CHUNK];

	for (;;) {
		ssize_t length = read(from, data, sizeof(data));
		int r = 0;

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : 0;
		r = bytes_write(to, data, (size_t)length);
		if (r < 0)
			return r;
	}
}

__attribute__((noreturn)) static void send_input(int connection, pid_t parent)
{
	/* It ends with the other, however that ends. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
	(void)!copy(STDIN_FILENO, connection);
	shutdown(connection, SHUT_WR);
	_exit(EXIT_SUCCESS);
}

int stdio_relay(int connection)
{
	pid_t self = getpid(), child = fork();
	int r = 0;

	if (child < 0)
		return -errno;
	if (child == 0)
		send_input(connection, self);
	r = copy(connection, STDOUT_FILENO);
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return r;
}
