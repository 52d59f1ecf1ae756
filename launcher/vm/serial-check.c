/* SPDX-License-Identifier: MIT
 * Where serial ports and the monitor lead: what does not go together. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/vm/serial.h"

/* The ports and then the monitor, as one list; NULL after its end. */
static const struct serial *item(
	const struct serial *serials, size_t n, const struct serial *monitor, size_t i)
{
	if (i < n)
		return &serials[i];
	return i == n ? monitor : NULL;
}

/* What it is called; the caller frees it. */
static char *item_name(size_t n, size_t i)
{
	if (i == n)
		return text_format("the monitor");
	return text_format("serial port %zu", i + 1);
}

static bool wants_terminal(const struct serial *serial)
{
	return serial->kind == SERIAL_STDIO || serial->kind == SERIAL_MON_STDIO;
}

static bool listens(const struct serial *serial)
{
	return (serial->kind == SERIAL_TCP || serial->kind == SERIAL_TELNET) && !serial->client;
}

static bool same_port(const struct serial *a, const struct serial *b)
{
	if (!listens(a) || !listens(b) || a->port == 0 || a->port != b->port)
		return false;
	return forward_same_address(a->address, b->address);
}

/* Does port j clash with port or monitor i, which comes after it? */
static int check_pair(const struct serial *a, const struct serial *b, size_t j, size_t i, size_t n,
	char **reterr_text)
{
	OWNED_MEMORY char *first = item_name(n, j);
	OWNED_MEMORY char *second = item_name(n, i);

	if (i == n && wants_terminal(a) && wants_terminal(b))
		return text_fail(reterr_text, -EINVAL,
			"%s and the monitor both want this terminal, and the terminal is one: leave '--monitor stdio' out, as Ctrl-A c switches between console and monitor anyway",
			first);
	if (i != n && serial_is_console(a) && wants_terminal(b))
		return text_fail(reterr_text, -EINVAL,
			"%s and %s are both consoles, and the terminal has the first: let %s be 'console'",
			first, second, second);
	if (a->path != NULL && b->path != NULL && strcmp(a->path, b->path) == 0)
		return text_fail(reterr_text, -EINVAL, "%s and %s both lead to '%s'", first, second,
			a->path);
	if (same_port(a, b))
		return text_fail(reterr_text, -EINVAL, "%s and %s both want tcp port %u", first,
			second, (unsigned int)a->port);
	return 0;
}

static int check_one(const struct serial *serial, bool monitor, char **reterr_text)
{
	if (monitor && serial->kind == SERIAL_MON_STDIO)
		return text_fail(reterr_text, -EINVAL,
			"'mon:stdio' is a serial port with the monitor beside it: say '--serial mon:stdio' or '--monitor stdio'");
	if (serial->kind == SERIAL_UNIX && strlen(serial->path) > SERIAL_PATH_MAX)
		return text_fail(reterr_text, -ENAMETOOLONG,
			"the path of a Unix socket has at most %d bytes, and '%s' has %zu",
			SERIAL_PATH_MAX, serial->path, strlen(serial->path));
	return 0;
}

int serial_check(
	const struct serial *serials, size_t n, const struct serial *monitor, char **reterr_text)
{
	const struct serial *serial = NULL;
	int r = 0;

	for (size_t i = 0; (serial = item(serials, n, monitor, i)) != NULL; i++) {
		r = check_one(serial, i == n, reterr_text);
		for (size_t j = 0; r == 0 && j < i; j++)
			r = check_pair(&serials[j], serial, j, i, n, reterr_text);
		if (r < 0)
			return r;
	}
	return 0;
}

enum serial_terminal serial_terminal(
	const struct serial *serials, size_t n, const struct serial *monitor)
{
	if (monitor != NULL && wants_terminal(monitor))
		return SERIAL_TERMINAL_MONITOR;
	for (size_t i = 0; i < n; i++)
		if (serial_is_console(&serials[i]))
			return SERIAL_TERMINAL_CONSOLE;
	return SERIAL_TERMINAL_NOTHING;
}
