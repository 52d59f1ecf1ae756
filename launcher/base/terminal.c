/* SPDX-License-Identifier: MIT
 * A terminal in raw mode, for as long as a variable lives. */
#include "launcher/base/terminal.h"

#include <unistd.h>

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
