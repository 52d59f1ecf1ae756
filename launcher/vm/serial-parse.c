/* SPDX-License-Identifier: MIT
 * Where a serial port of the guest, or a monitor, leads: reading it. */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"
#include "launcher/vm/serial.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char targets[] =
	"console, stdio, mon:stdio, file:PATH, unix:PATH, tcp:[ADDR:]PORT, telnet:[ADDR:]PORT, pty, "
	"null and none";

static const struct {
	const char *name; /* with a colon where an operand follows */
	enum serial_kind kind;
} kinds[] = {
	{"console", SERIAL_CONSOLE},
	{"stdio", SERIAL_STDIO},
	{"mon:stdio", SERIAL_MON_STDIO},
	{"file:", SERIAL_FILE},
	{"unix:", SERIAL_UNIX},
	{"tcp:", SERIAL_TCP},
	{"telnet:", SERIAL_TELNET},
	{"pty", SERIAL_PTY},
	{"null", SERIAL_NULL},
	{"none", SERIAL_NONE},
};

static int refuse_kind(const char *text, char **reterr_text)
{
	size_t length = strcspn(text, ":") + (strchr(text, ':') != NULL);
	OWNED_MEMORY char *head = text_format("%.*s", (int)length, text);
	const char *names[COUNT(kinds)] = {0}, *nearest = NULL;

	for (size_t i = 0; i < COUNT(kinds); i++)
		names[i] = kinds[i].name;
	nearest = text_nearest(text, names, COUNT(kinds));
	if (nearest == NULL)
		nearest = text_nearest(head, names, COUNT(kinds));
	return text_fail(reterr_text, -EINVAL, "target '%s' is none of %s%s%s%s", text, targets,
		nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
		nearest == NULL ? "" : "'?");
}

/* Find the kind; *ret_rest is what follows its name. */
static int parse_kind(
	const char *text, enum serial_kind *ret_kind, const char **ret_rest, char **reterr_text)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		size_t length = strlen(kinds[i].name);

		if (strncmp(text, kinds[i].name, length) != 0)
			continue;
		if (kinds[i].name[length - 1] != ':' && text[length] != '\0')
			continue;
		*ret_kind = kinds[i].kind;
		*ret_rest = text + length;
		return 0;
	}
	return refuse_kind(text, reterr_text);
}

static int parse_address(const char *text, size_t length, char ret_address[INET_ADDRSTRLEN])
{
	OWNED_MEMORY char *address = text_format("%.*s", (int)length, text);
	const char *known = address;
	struct in_addr binary = {0};

	/* QEMU would listen on every address for "tcp::PORT". */
	if (length == 0 || strcmp(address, "localhost") == 0)
		known = "127.0.0.1";
	if (inet_pton(AF_INET, known, &binary) != 1)
		return -EINVAL;
	memcpy(ret_address, known, strlen(known) + 1);
	return 0;
}

/* "PORT", ":PORT" or "ADDR:PORT". */
static int parse_port(
	const char *text, const char *operand, struct serial *serial, char **reterr_text)
{
	const char *colon = strrchr(operand, ':');
	const char *port = colon == NULL ? operand : colon + 1;
	uint32_t number = 0;

	if (!number_parse(port, strlen(port), UINT16_MAX, &number) ||
		parse_address(operand, colon == NULL ? 0 : (size_t)(colon - operand),
			serial->address) < 0)
		return text_fail(reterr_text, -EINVAL,
			"target '%s' is not [ADDR:]PORT with an IPv4 address and a port up to 65535, as in 'tcp:4555'",
			text);
	serial->port = (uint16_t)number;
	return 0;
}

static int set_key(const char *text, const char *key, struct serial *serial, char **reterr_text)
{
	bool file = serial->kind == SERIAL_FILE;

	if (file && (strcmp(key, "append") == 0 || strcmp(key, "append=on") == 0)) {
		serial->append = true;
	} else if (file) {
		return text_fail(reterr_text, -EINVAL,
			"target '%s': '%s' is not append (a comma in the path is doubled)", text,
			key);
	} else if (strcmp(key, "client") == 0 || strcmp(key, "server=off") == 0) {
		serial->client = true;
	} else if (strcmp(key, "server") == 0 || strcmp(key, "server=on") == 0) {
		serial->client = false;
	} else if (strcmp(key, "wait") == 0 || strcmp(key, "wait=on") == 0) {
		return text_fail(reterr_text, -EINVAL,
			"target '%s': the guest cannot be made to wait for a client; leave '%s' out",
			text, key);
	} else if (strcmp(key, "nowait") != 0 && strcmp(key, "wait=off") != 0) {
		return text_fail(reterr_text, -EINVAL,
			"target '%s': '%s' is none of server, nowait and client (a comma in a path is doubled)",
			text, key);
	}
	return 0;
}

static int parse_keys(const char *text, const char *keys, struct serial *serial, char **reterr_text)
{
	int r = 0;

	while (r == 0 && *keys != '\0') {
		OWNED_MEMORY char *key = text_take_key(&keys);

		r = set_key(text, key, serial, reterr_text);
	}
	return r;
}

static int parse_operand(
	const char *text, const char *rest, struct serial *serial, char **reterr_text)
{
	OWNED_MEMORY char *operand = text_take_path(&rest);
	int r = 0;

	if (serial->kind == SERIAL_TCP || serial->kind == SERIAL_TELNET)
		r = parse_port(text, operand, serial, reterr_text);
	else if (*operand == '\0')
		r = text_fail(reterr_text, -EINVAL, "target '%s' needs a path", text);
	if (r == 0)
		r = parse_keys(text, rest, serial, reterr_text);
	if (r == 0 && serial->client && serial->address[0] != '\0' && serial->port == 0)
		r = text_fail(reterr_text, -EINVAL, "target '%s': a client needs a port", text);
	if (r == 0 && serial->address[0] == '\0') {
		serial->path = operand;
		operand = NULL;
	}
	return r;
}

int serial_parse(const char *text, struct serial *ret_serial, char **reterr_text)
{
	struct serial serial = {0};
	const char *rest = NULL;
	int r = parse_kind(text, &serial.kind, &rest, reterr_text);

	if (r == 0 && serial.kind >= SERIAL_FILE && serial.kind <= SERIAL_TELNET)
		r = parse_operand(text, rest, &serial, reterr_text);
	if (r < 0)
		return r;
	*ret_serial = serial;
	return 0;
}
