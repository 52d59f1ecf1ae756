/* SPDX-License-Identifier: MIT
 * The console of a VM: what is shown. */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/console/log.h"
#include "launcher/console/private.h"
#include "launcher/runtime/file.h"

#define REPLAY_MAX 8192	   /* bytes of earlier output that an attaching terminal sees */
#define REPLAY_BEFORE 8192 /* bytes in front of them that tell whether they begin in a sequence */
#define TURN_CHUNKS 16	   /* of the log, after which signals and keys have their turn */

/* Go to where the log is to be shown from. What was printed before is not the guest's talk with
 * this terminal. */
static void seek_replay(struct console *console)
{
	off_t start = log_tail_offset(console->log, REPLAY_MAX), before = 0;
	struct stat st = {0};

	if (isatty(STDOUT_FILENO) == 1 && fstat(console->log, &st) == 0) {
		before = start > REPLAY_BEFORE ? REPLAY_BEFORE : start;
		console->replay = (struct replay){
			.left = st.st_size - start + before,
			.unseen = before,
		};
	}
	lseek(console->log, start - before, SEEK_SET);
}

void console_open_log(struct console *console)
{
	int directory = console->setup->runtime->directory_fd;
	OWNED_MEMORY char *path = NULL;

	console->log = runtime_file_open(directory, console->files->log, RUNTIME_LOG_MAX);
	path = text_format("/proc/self/fd/%d", console->log);
	if (console->log >= 0 && !console->setup->from_start)
		seek_replay(console);
	console->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (console->watch >= 0 && inotify_add_watch(console->watch, path, IN_MODIFY) < 0)
		cleanup_close(&console->watch);
}

/* A terminal that takes nothing (a line that hangs) must not keep a write(2) from returning; its
 * O_NONBLOCK is set on an open file of our own, as the other one is the shell's, too. */
void console_open_output(struct console *console)
{
	console->output = STDOUT_FILENO;
	if (isatty(STDOUT_FILENO) == 1)
		console->output =
			open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (console->output < 0)
		console->output = STDOUT_FILENO;
}

void console_empty_socket(struct console *console)
{
	char data[CONSOLE_CHUNK];

	/* Its end is told by the pidfd, which comes after the last output. */
	if (console_drain(console->socket, data, sizeof(data)) < 0)
		cleanup_close(&console->socket);
}

/* Wait until standard output takes something. Meanwhile the socket must not fill: QEMU would throw
 * away what the guest prints, and the log would lack it. Returns 0, or -EINTR for a signal. */
static int wait_output(struct console *console)
{
	struct pollfd waits[3] = {{0}};

	do {
		waits[0] = (struct pollfd){.fd = console->output, .events = POLLOUT};
		waits[1] = (struct pollfd){.fd = console->setup->signals, .events = POLLIN};
		waits[2] = (struct pollfd){.fd = console->socket, .events = POLLIN};
		if (poll(waits, 3, -1) < 0)
			continue;
		if (waits[2].revents != 0)
			console_empty_socket(console);
		if (waits[0].revents == 0 && waits[1].revents != 0)
			return -EINTR;
	} while (waits[0].revents == 0);
	return 0;
}

int console_write(struct console *console, const void *data, size_t size)
{
	const char *rest = data;

	while (size > 0) {
		/* A pipe that takes anything takes that much at once. */
		size_t chunk = size < PIPE_BUF ? size : PIPE_BUF;
		ssize_t written = 0;

		if (wait_output(console) < 0)
			return -EINTR;
		written = write(console->output, rest, chunk);
		if (written < 0 && errno != EINTR && errno != EAGAIN)
			return -errno;
		if (written > 0) {
			rest += written;
			size -= (size_t)written;
		}
	}
	return 0;
}

int console_show_log(struct console *console, bool all)
{
	char data[CONSOLE_CHUNK], shown[REPLAY_OUT_MAX(CONSOLE_CHUNK)];

	console->behind = false;
	for (size_t i = 0; all || i < TURN_CHUNKS; i++) {
		ssize_t length = read(console->log, data, sizeof(data));
		int r = 0;

		if (length <= 0)
			return 0;
		r = console_write(
			console, shown, replay_take(&console->replay, data, (size_t)length, shown));
		if (r < 0)
			return r;
	}
	console->behind = true;
	return 0;
}

ssize_t console_drain(int socket, void *data, size_t size)
{
	ssize_t length = recv(socket, data, size, 0);

	if (length > 0)
		return length;
	return length < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -EPIPE;
}

int console_show_monitor(struct console *console)
{
	char data[CONSOLE_CHUNK];
	ssize_t length = console_drain(console->monitor, data, sizeof(data));

	if (length > 0)
		return console_write(console, data, (size_t)length);
	if (length < 0) {
		cleanup_close(&console->monitor);
		console->on_monitor = false;
	}
	return 0;
}
