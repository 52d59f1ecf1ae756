/* SPDX-License-Identifier: MIT
 * The user's terminal: what it can show, and raw mode for as long as a variable lives. */
#include "launcher/base/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/cleanup.h"

#define COLUMNS_DEFAULT 80 /* of a terminal that does not tell */

size_t terminal_columns(FILE *stream)
{
	struct winsize size = {0};
	int fd = fileno(stream);

	if (fd < 0 || isatty(fd) != 1)
		return 0;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : COLUMNS_DEFAULT;
}

bool terminal_moves(int fd)
{
	const char *term = getenv("TERM");

	return isatty(fd) == 1 && (term == NULL || strcmp(term, "dumb") != 0);
}

bool terminal_has_colours(FILE *stream)
{
	const char *unwanted = getenv("NO_COLOR");
	int fd = fileno(stream);

	return fd >= 0 && terminal_moves(fd) && (unwanted == NULL || unwanted[0] == '\0');
}

void terminal_make_raw(struct terminal *ret_terminal)
{
	struct terminal terminal = {0};
	struct termios raw = {0};

	if (tcgetattr(STDIN_FILENO, &terminal.saved) == 0) {
		raw = terminal.saved;
		cfmakeraw(&raw);
		terminal.raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
	}
	*ret_terminal = terminal;
}

void terminal_restore(struct terminal *terminal)
{
	/* Without waiting for output to leave: a line that hangs never takes it. */
	if (terminal->raw)
		tcsetattr(STDIN_FILENO, TCSANOW, &terminal->saved);
	terminal->raw = false;
}

void terminal_lend(struct terminal_lent *ret_terminal)
{
	struct terminal_lent terminal = {
		.fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)};

	if (terminal.fd >= 0 && (tcgetattr(terminal.fd, &terminal.saved) < 0 ||
					tcgetpgrp(terminal.fd) != getpgrp()))
		cleanup_close(&terminal.fd);
	*ret_terminal = terminal;
}

void terminal_take_back(struct terminal_lent *terminal)
{
	if (terminal->fd < 0)
		return;
	signal(SIGTTOU, SIG_IGN);
	(void)!tcsetpgrp(terminal->fd, getpgrp());
	(void)!tcsetattr(terminal->fd, TCSADRAIN, &terminal->saved);
	signal(SIGTTOU, SIG_DFL);
	cleanup_close(&terminal->fd);
}
