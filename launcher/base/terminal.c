/* SPDX-License-Identifier: MIT
 * A terminal in raw mode, for as long as a variable lives. */
#include "launcher/base/terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "common/cleanup.h"

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
