/* SPDX-License-Identifier: MIT
 * Tests of launcher/serial*.c. */
#include "launcher/vm/serial.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/text.h"
#include "tests/unit/unit.h"

static const struct {
	const char *text, *formatted, *chardev, *device;
} valid[] = {
	{"console", "console", NULL, "chardev:serial1"},
	{"stdio", "stdio", NULL, "chardev:serial1"},
	{"mon:stdio", "mon:stdio", NULL, "chardev:serial1"},
	{"file:/a/b", "file:/a/b", "file,id=serial1,path=/a/b", "chardev:serial1"},
	{"file:a,,b,append", "file:a,,b,append", "file,id=serial1,path=a,,b,append=on",
		"chardev:serial1"},
	{"file:a:b,append=on", "file:a:b,append", "file,id=serial1,path=a:b,append=on",
		"chardev:serial1"},
	{"unix:/s", "unix:/s", NULL, "chardev:serial1"},
	{"unix:/s,server,nowait", "unix:/s", NULL, "chardev:serial1"},
	{"unix:/s,server=on,wait=off", "unix:/s", NULL, "chardev:serial1"},
	{"unix:/s,,t,client", "unix:/s,,t,client", NULL, "chardev:serial1"},
	{"tcp:4555", "tcp:127.0.0.1:4555",
		"socket,id=serial1,host=127.0.0.1,port=4555,server=on,wait=off", "chardev:serial1"},
	{"tcp::4555,server,nowait", "tcp:127.0.0.1:4555",
		"socket,id=serial1,host=127.0.0.1,port=4555,server=on,wait=off", "chardev:serial1"},
	{"tcp:localhost:4555,nowait", "tcp:127.0.0.1:4555",
		"socket,id=serial1,host=127.0.0.1,port=4555,server=on,wait=off", "chardev:serial1"},
	{"tcp:0.0.0.0:0", "tcp:0.0.0.0:0",
		"socket,id=serial1,host=0.0.0.0,port=0,server=on,wait=off", "chardev:serial1"},
	{"tcp:10.0.0.1:65535,server=off", "tcp:10.0.0.1:65535,client",
		"socket,id=serial1,host=10.0.0.1,port=65535", "chardev:serial1"},
	{"telnet:127.0.0.1:23", "telnet:127.0.0.1:23",
		"socket,id=serial1,host=127.0.0.1,port=23,server=on,wait=off,telnet=on",
		"chardev:serial1"},
	{"telnet::4555,client", "telnet:127.0.0.1:4555,client",
		"socket,id=serial1,host=127.0.0.1,port=4555,telnet=on", "chardev:serial1"},
	{"pty", "pty", "pty,id=serial1", "chardev:serial1"},
	{"null", "null", "null,id=serial1", "chardev:serial1"},
	{"none", "none", NULL, "none"},
};

static void test_parse_valid(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(valid); i++) {
		struct serial serial = {0};
		char *error = NULL, *text = NULL, *chardev = NULL, *device = NULL;

		if (serial_parse(valid[i].text, &serial, &error) != 0)
			fail_msg("'%s': %s", valid[i].text, error);
		text = serial_format(&serial);
		chardev = serial_chardev(&serial, "serial1");
		device = serial_device(&serial, "serial1");
		assert_string_equal(text, valid[i].formatted);
		assert_string_equal(device, valid[i].device);
		if (valid[i].chardev == NULL)
			assert_null(chardev);
		else
			assert_string_equal(chardev, valid[i].chardev);
		free(text);
		free(chardev);
		free(device);
		serial_free(&serial);
	}
}

/* What is formatted is read as the same again. */
static void test_format_is_stable(void **state)
{
	static const char *const cases[] = {"console", "stdio", "mon:stdio", "file:a,,b,append",
		"unix:/s,,,,t,client", "tcp:1.2.3.4:5", "telnet:1.2.3.4:5,client", "pty", "null",
		"none"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct serial serial = {0};
		char *error = NULL, *text = NULL;

		assert_int_equal(serial_parse(cases[i], &serial, &error), 0);
		text = serial_format(&serial);
		assert_string_equal(text, cases[i]);
		free(text);
		serial_free(&serial);
	}
}

static void test_parse_invalid(void **state)
{
	static const struct {
		const char *text, *part;
	} cases[] = {
		{"", "is none of console, stdio, mon:stdio, file:PATH"},
		{"vc", "is none of console"},
		{"udp::4555", "is none of console"},
		{"console ", "did you mean 'console'?"},
		{"stdoi", "did you mean 'stdio'?"},
		{"mon:stido", "did you mean 'mon:stdio'?"},
		{"fiel:/a", "did you mean 'file:'?"},
		{"file", "did you mean 'file:'?"},
		{"pty:/dev/pts/3", "did you mean 'pty'?"},
		{"telent::1", "did you mean 'telnet:'?"},
		{"file:", "needs a path"},
		{"file:,append", "needs a path"},
		{"unix:", "needs a path"},
		{"file:a,b", "'b' is not append (a comma in the path is doubled)"},
		{"file:a,server", "'server' is not append"},
		{"unix:a,b", "'b' is none of server, nowait and client"},
		{"unix:a,server,wait", "cannot be made to wait for a client; leave 'wait' out"},
		{"tcp::1,server=on,wait=on", "leave 'wait=on' out"},
		{"tcp:", "is not [ADDR:]PORT"},
		{"tcp:65536", "is not [ADDR:]PORT"},
		{"tcp:04", "is not [ADDR:]PORT"},
		{"tcp:a", "is not [ADDR:]PORT"},
		{"tcp:example.org:4555", "is not [ADDR:]PORT"},
		{"tcp:1.2.3:4555", "is not [ADDR:]PORT"},
		{"tcp:[::1]:4555", "is not [ADDR:]PORT"},
		{"tcp:4555,reconnect=1", "'reconnect=1' is none of server"},
		{"tcp:4555,append", "'append' is none of server"},
		{"tcp:0,client", "a client needs a port"},
		{"telnet:x", "is not [ADDR:]PORT"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct serial serial = {.port = 7};
		char *error = NULL;

		if (serial_parse(cases[i].text, &serial, &error) != -EINVAL)
			fail_msg("'%s' was accepted", cases[i].text);
		if (strstr(error, cases[i].part) == NULL)
			fail_msg("'%s': %s", cases[i].text, error);
		assert_int_equal(serial.port, 7);
		free(error);
	}
}

/* Parse texts up to a NULL; texts[0..n) are ports, the monitor is apart. */
static size_t parse_all(const char *const *texts, struct serial *serials)
{
	size_t n = 0;
	char *error = NULL;

	for (; texts[n] != NULL; n++)
		assert_int_equal(serial_parse(texts[n], &serials[n], &error), 0);
	return n;
}

static void test_check(void **state)
{
	static const struct {
		const char *serials[SERIAL_PORTS_MAX + 1];
		const char *monitor;
		int result;
		const char *part;
		enum serial_terminal terminal;
	} cases[] = {
		{{"console"}, NULL, 0, NULL, SERIAL_TERMINAL_CONSOLE},
		{{"stdio"}, NULL, 0, NULL, SERIAL_TERMINAL_CONSOLE},
		{{"console"}, "stdio", 0, NULL, SERIAL_TERMINAL_MONITOR},
		{{"file:a", "mon:stdio"}, "unix:b", 0, NULL, SERIAL_TERMINAL_CONSOLE},
		{{"file:a", "none"}, NULL, 0, NULL, SERIAL_TERMINAL_NOTHING},
		{{"file:a"}, "stdio", 0, NULL, SERIAL_TERMINAL_MONITOR},
		{{"null", "null", "none", "pty"}, "none", 0, NULL, SERIAL_TERMINAL_NOTHING},
		{{"tcp:0", "tcp:0"}, "tcp:0", 0, NULL, SERIAL_TERMINAL_NOTHING},
		{{"tcp:5,client", "tcp:5"}, "tcp:5,client", 0, NULL, SERIAL_TERMINAL_NOTHING},
		{{"tcp:127.0.0.1:5", "tcp:127.0.0.2:5"}, NULL, 0, NULL, SERIAL_TERMINAL_NOTHING},
		{{"console", "console", "null", "console"}, NULL, 0, NULL, SERIAL_TERMINAL_CONSOLE},
		{{"mon:stdio", "console"}, NULL, 0, NULL, SERIAL_TERMINAL_CONSOLE},
		{{"console", "console"}, "stdio", 0, NULL, SERIAL_TERMINAL_MONITOR},
		{{"stdio", "stdio"}, NULL, -EINVAL, "port 1 and serial port 2 are both consoles",
			0},
		{{"null", "console", "mon:stdio"}, NULL, -EINVAL,
			"the terminal has the first: let serial port 3 be 'console'", 0},
		{{"stdio"}, "stdio", -EINVAL, "the terminal is one: leave '--monitor stdio' out",
			0},
		{{"null", "mon:stdio"}, "stdio", -EINVAL, "Ctrl-A c switches between", 0},
		{{"console"}, "mon:stdio", -EINVAL, "say '--serial mon:stdio'", 0},
		{{"tcp:5", "telnet:5"}, NULL, -EINVAL,
			"port 1 and serial port 2 both want tcp port 5", 0},
		{{"tcp:0.0.0.0:5"}, "tcp:5", -EINVAL, "port 1 and the monitor both want tcp port 5",
			0},
		{{"unix:/a", "file:/a"}, NULL, -EINVAL, "both lead to '/a'", 0},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct serial serials[SERIAL_PORTS_MAX] = {0}, monitor = {0};
		size_t n = parse_all(cases[i].serials, serials);
		bool asked = cases[i].monitor != NULL;
		char *error = NULL;
		int r = 0;

		if (asked)
			assert_int_equal(serial_parse(cases[i].monitor, &monitor, &error), 0);
		r = serial_check(serials, n, asked ? &monitor : NULL, &error);
		assert_int_equal(r, cases[i].result);
		if (r < 0 && strstr(error, cases[i].part) == NULL)
			fail_msg("case %zu: %s", i, error);
		if (r == 0)
			assert_int_equal(serial_terminal(serials, n, asked ? &monitor : NULL),
				cases[i].terminal);
		free(error);
		serial_free(&monitor);
		for (size_t j = 0; j < n; j++)
			serial_free(&serials[j]);
	}
}

/* The first console has its names wherever it is, the others those of their ports. */
static void test_consoles(void **state)
{
	const struct serial serials[] = {{.kind = SERIAL_NULL}, {.kind = SERIAL_STDIO},
		{.kind = SERIAL_CONSOLE}, {.kind = SERIAL_CONSOLE}};
	static const char *const logs[] = {NULL, "console.log", "console3.log", "console4.log"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(serials); i++) {
		assert_int_equal(serial_is_console(&serials[i]), logs[i] != NULL);
		if (logs[i] != NULL)
			assert_string_equal(serial_console_of(serials, i)->log, logs[i]);
	}
	assert_string_equal(serial_console_of(&serials[2], 1)->log, "console2.log");
	for (size_t i = 1; i < SERIAL_PORTS_MAX; i++) {
		char *id = text_format(SERIAL_ID, i);

		assert_string_equal(serial_console(i)->id, id);
		free(id);
	}
}

static void test_check_length_of_path(void **state)
{
	char text[128] = "unix:";
	struct serial serial = {0};
	char *error = NULL;

	(void)state;
	memset(text + 5, 'a', SERIAL_PATH_MAX);
	assert_int_equal(serial_parse(text, &serial, &error), 0);
	assert_int_equal(serial_check(&serial, 1, NULL, &error), 0);
	serial_free(&serial);
	text[5 + SERIAL_PATH_MAX] = 'a';
	assert_int_equal(serial_parse(text, &serial, &error), 0);
	assert_int_equal(serial_check(&serial, 1, NULL, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error, "has at most 107 bytes"));
	serial_free(&serial);
	free(error);
}

static void test_describe(void **state)
{
	json_t *chardevs = json_pack("[{s:s,s:s},{s:s,s:s},{s:s}]", "label", "serial0", "filename",
		"pty:/dev/pts/1", "label", "serial1", "filename", "pty:/dev/pts/3", "label", "x");
	struct serial pty = {.kind = SERIAL_PTY}, null = {.kind = SERIAL_NULL};
	const struct {
		const struct serial *serial;
		const char *id;
		const json_t *chardevs;
		const char *text;
	} cases[] = {
		{&pty, "serial1", chardevs, "pty:/dev/pts/3"},
		{&pty, "serial2", chardevs, "pty"},
		{&pty, "serial1", NULL, "pty"},
		{&null, "serial1", chardevs, "null"},
	};

	(void)state;
	assert_non_null(chardevs);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *text = serial_describe(cases[i].serial, cases[i].id, cases[i].chardevs);

		assert_string_equal(text, cases[i].text);
		free(text);
	}
	json_decref(chardevs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_valid),
		cmocka_unit_test(test_format_is_stable),
		cmocka_unit_test(test_parse_invalid),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_consoles),
		cmocka_unit_test(test_check_length_of_path),
		cmocka_unit_test(test_describe),
	};

	return cmocka_run_group_tests_name("serial", tests, NULL, NULL);
}
