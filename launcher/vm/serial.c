/* SPDX-License-Identifier: MIT
 * Where a serial port of the guest, or a monitor, leads: writing it, for people and for QEMU. */
#include "launcher/vm/serial.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/vm/runtime-files.h"

#define PTY_PREFIX "pty:" /* what QEMU puts before the name */

void serial_init_console(struct serial *ret_serial)
{
	*ret_serial = (struct serial){.kind = SERIAL_CONSOLE};
}

bool serial_is_console(const struct serial *serial)
{
	return serial->kind <= SERIAL_MON_STDIO;
}

const struct serial_console *serial_console(size_t i)
{
	static const struct serial_console consoles[SERIAL_PORTS_MAX] = {
		{"console", RUNTIME_CONSOLE, RUNTIME_CONSOLE_LOG, RUNTIME_CONSOLE_LOCK},
		{"serial1", "console2.sock", "console2.log", "console2.lock"},
		{"serial2", "console3.sock", "console3.log", "console3.lock"},
		{"serial3", "console4.sock", "console4.log", "console4.lock"},
	};

	return &consoles[i];
}

const struct serial_console *serial_console_of(const struct serial *serials, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (serial_is_console(&serials[j]))
			return serial_console(i);
	return serial_console(0);
}

void serial_free(struct serial *serial)
{
	free(serial->path);
	if (serial->fifo > 0)
		close(serial->fifo);
	*serial = (struct serial){0};
}

char *serial_format(const struct serial *serial)
{
	OWNED_MEMORY char *path = serial->path == NULL ? NULL : text_double_commas(serial->path);
	const char *client = serial->client ? ",client" : "";

	switch (serial->kind) {
	case SERIAL_CONSOLE:
		return text_format("console");
	case SERIAL_STDIO:
		return text_format("stdio");
	case SERIAL_MON_STDIO:
		return text_format("mon:stdio");
	case SERIAL_FILE:
		return text_format("file:%s%s", path, serial->append ? ",append" : "");
	case SERIAL_UNIX:
		return text_format("unix:%s%s", path, client);
	case SERIAL_TCP:
	case SERIAL_TELNET:
		return text_format("%s:%s:%u%s", serial->kind == SERIAL_TCP ? "tcp" : "telnet",
			serial->address, (unsigned int)serial->port, client);
	case SERIAL_PTY:
		return text_format("pty");
	case SERIAL_NULL:
		return text_format("null");
	case SERIAL_NONE:
		break;
	}
	return text_format("none");
}

char *serial_chardev(const struct serial *serial, const char *id)
{
	OWNED_MEMORY char *path = serial->path == NULL ? NULL : text_double_commas(serial->path);
	const char *role = serial->client ? "" : SERIAL_LISTENS;

	switch (serial->kind) {
	case SERIAL_FILE:
		return text_format(
			"file,id=%s,path=%s%s", id, path, serial->append ? ",append=on" : "");
	case SERIAL_TCP:
	case SERIAL_TELNET:
		return text_format("socket,id=%s,host=%s,port=%u%s%s", id, serial->address,
			(unsigned int)serial->port, role,
			serial->kind == SERIAL_TELNET ? ",telnet=on" : "");
	case SERIAL_PTY:
		return text_format("pty,id=%s", id);
	case SERIAL_NULL:
		return text_format("null,id=%s", id);
	case SERIAL_UNIX:
	case SERIAL_CONSOLE:
	case SERIAL_STDIO:
	case SERIAL_MON_STDIO:
	case SERIAL_NONE:
		break;
	}
	return NULL;
}

char *serial_device(const struct serial *serial, const char *id)
{
	if (serial->kind == SERIAL_NONE)
		return text_format("none");
	return text_format("chardev:%s", id);
}

char *serial_describe(const struct serial *serial, const char *id, const json_t *chardevs)
{
	const json_t *chardev = NULL;
	size_t i = 0;

	if (serial->kind != SERIAL_PTY)
		return serial_format(serial);
	json_array_foreach(chardevs, i, chardev)
	{
		const char *label = json_string_value(json_object_get(chardev, "label"));
		const char *name = json_string_value(json_object_get(chardev, "filename"));

		if (label != NULL && name != NULL && strcmp(label, id) == 0 &&
			strncmp(name, PTY_PREFIX, strlen(PTY_PREFIX)) == 0)
			return text_format("%s", name);
	}
	return serial_format(serial);
}

bool serial_has_pty(const struct serial *serials, size_t n, const struct serial *monitor)
{
	bool found = monitor != NULL && monitor->kind == SERIAL_PTY;

	for (size_t i = 0; i < n; i++)
		found = found || serials[i].kind == SERIAL_PTY;
	return found;
}
