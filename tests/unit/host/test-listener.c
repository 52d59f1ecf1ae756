/* SPDX-License-Identifier: MIT
 * Tests of launcher/host/listener.c, on socket tables and a /proc of their own. */
#include "launcher/host/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "tests/unit/unit.h"

#define LINE_4(address, state, inode) \
	"   0: " address " 00000000:0000 " state \
	" 00000000:00000000 00:00000000 00000000  1000 " \
	"       0 " inode " 1 ffff8880 100 0 0 10 0\n"
#define ZEROS_6 "00000000000000000000000000000000:0000"
#define LINE_6(address, state, inode) \
	"   1: " address " " ZEROS_6 " " state \
	" 00000000:00000000 00:00000000 00000000 1000 0 " inode " 1\n"
#define HEADER \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  " \
	"timeout inode\n"

static struct listener_port port_of(const char *address, uint16_t number, bool udp)
{
	struct listener_port port = {.port = number, .udp = udp};

	assert_int_equal(inet_pton(AF_INET, address, &port.address), 1);
	return port;
}

/* Port 8080 is 1F90. The tables are of a little-endian machine. */
static void test_parse(void **state)
{
	static const struct {
		const char *line, *address;
		bool udp, found, listening;
	} cases[] = {
		{HEADER, "0.0.0.0", false, false, false},
		{"", "0.0.0.0", false, false, false},
		{LINE_4("0100007F:1F90", "0A", "7"), "127.0.0.1", false, true, true},
		{LINE_4("0100007F:1F90", "0A", "7"), "0.0.0.0", false, true, true},
		{LINE_4("00000000:1F90", "0A", "7"), "127.0.0.1", false, true, true},
		{LINE_4("0200007F:1F90", "0A", "7"), "127.0.0.1", false, false, false},
		{LINE_4("0100007F:1F91", "0A", "7"), "127.0.0.1", false, false, false},
		{LINE_4("0100007F:1F90", "01", "7"), "127.0.0.1", false, true, false},
		{LINE_4("0100007F:1F90", "06", "0"), "127.0.0.1", false, false, false},
		{LINE_4("0100007F:1F90", "06", "7"), "127.0.0.1", false, false, false},
		{LINE_4("0100007F:1F90", "07", "7"), "127.0.0.1", true, true, true},
		{LINE_6("00000000000000000000000000000000:1F90", "0A", "7"), "127.0.0.1", false,
			true, true},
		{LINE_6("00000000000000000000000001000000:1F90", "0A", "7"), "127.0.0.1", false,
			false, false},
		{LINE_6("00000000000000000000000001000000:1F90", "0A", "7"), "0.0.0.0", false,
			false, false},
		{LINE_6("0000000000000000FFFF00000100007F:1F90", "0A", "7"), "127.0.0.1", false,
			true, true},
		{LINE_6("0000000000000000FFFF00000200007F:1F90", "0A", "7"), "127.0.0.1", false,
			false, false},
		{LINE_4("0100007F:", "0A", "7"), "127.0.0.1", false, false, false},
		{LINE_4("0100007F:1G90", "0A", "7"), "127.0.0.1", false, false, false},
		{LINE_4("0100007F:000001F90", "0A", "7"), "127.0.0.1", false, false, false},
		{LINE_4("0100007:1F90", "0A", "7"), "127.0.0.1", false, false, false},
		{LINE_4("0100007F:1F90", "0A", "x"), "127.0.0.1", false, false, false},
		{LINE_4("0100007F:1F90", "", "7"), "127.0.0.1", false, false, false},
		{"0: 0100007F:1F90 00000000:0000 0A", "127.0.0.1", false, false, false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct listener_port port = port_of(cases[i].address, 8080, cases[i].udp);
		struct listener_socket socket = {0};

		if (listener_parse(cases[i].line, &port, &socket) != cases[i].found)
			fail_msg("%zu: %s", i, cases[i].line);
		assert_int_equal(socket.listening, cases[i].listening);
		assert_int_equal(socket.inode, cases[i].found ? 7 : 0);
		assert_int_equal(socket.uid, cases[i].found ? 1000 : 0);
	}
}

static void write_file(const char *path, const char *text, size_t length)
{
	FILE *stream = fopen(path, "we");

	assert_non_null(stream);
	assert_int_equal(fwrite(text, 1, length, stream), length);
	fclose(stream);
}

/* A table with sockets of port 8080: inode 70 of the uid only has a connection from it. */
static void write_table(const char *path, unsigned int uid, unsigned int inode)
{
	char *text = text_format(HEADER
		"   0: 0100007F:1F90 00000000:0000 01 0:0 0:0 0 %u 0 70 1 0\n"
		"   1: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 %u 0 %u 1 0\n",
		uid, uid, inode);

	write_file(path, text, strlen(text));
	free(text);
}

/* A process with fds 0, 1 and 3, the last being a socket. */
static void make_process(
	const char *pid, const char *target, const char *command, const char *line, size_t length)
{
	char *paths[] = {text_format("%s", pid), text_format("%s/fd", pid),
		text_format("%s/comm", pid), text_format("%s/cmdline", pid),
		text_format("%s/fd/0", pid), text_format("%s/fd/3", pid)};

	assert_int_equal(mkdir(paths[0], 0700) | mkdir(paths[1], 0700), 0);
	write_file(paths[2], command, strlen(command));
	write_file(paths[3], line, length);
	assert_int_equal(symlink("/dev/null", paths[4]) | symlink(target, paths[5]), 0);
	for (size_t i = 0; i < UNIT_COUNT(paths); i++)
		free(paths[i]);
}

static void remove_process(const char *pid)
{
	static const char *const names[] = {"fd/0", "fd/3", "comm", "cmdline"};
	char *directory = text_format("%s/fd", pid);

	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		char *path = text_format("%s/%s", pid, names[i]);

		assert_int_equal(unlink(path), 0);
		free(path);
	}
	assert_int_equal(rmdir(directory) | rmdir(pid), 0);
	free(directory);
}

static void find(int expected, pid_t pid, const char *command, const char *vm)
{
	struct listener_port port = port_of("127.0.0.1", 8080, false);
	struct listener listener = {0};
	unsigned int fds = unit_count_fds();

	assert_int_equal(listener_find(".", &port, &listener), expected);
	assert_int_equal(listener.pid, pid);
	assert_string_equal(listener.command, command);
	assert_string_equal(listener.vm, vm);
	assert_int_equal(unit_count_fds(), fds);
}

static void test_find(void **state)
{
	static const char qemu[] = "qemu\0-name\0router,process=owvm-router\0-m\0002";
	static const char other[] = "qemu\0-name\0router,process=evil\0-name";
	static const char bad[] = "qemu\0-name\0../x,process=owvm-../x";

	(void)state;
	make_process("8", "socket:[77]", "httpd\n", "httpd", 6);
	find(-ENOENT, 0, "", "");
	write_table("net/tcp", geteuid(), 88);
	/* The inode is of no process that shows itself. */
	find(0, 0, "", "");
	write_table("net/tcp", geteuid(), 77);
	find(0, 8, "httpd", "");
	/* Of somebody else's socket no process is named, whatever /proc shows. */
	write_table("net/tcp", geteuid() + 1, 77);
	find(0, 0, "", "");
	remove_process("8");
	write_table("net/tcp", geteuid(), 77);
	make_process("9", "socket:[77]", "owvm-router\n", qemu, sizeof(qemu));
	find(0, 9, "owvm-router", "router");
	remove_process("9");
	make_process("9", "socket:[77]", "a\x1b[1m\tb\n", other, sizeof(other));
	find(0, 9, "a\033[1m\tb", "");
	remove_process("9");
	make_process("9", "socket:[77]", "12345678901234567890", bad, sizeof(bad));
	find(0, 9, "123456789012345", "");
	remove_process("9");
	make_process("9", "socket:[7]", "httpd\n", "", 0);
	make_process("self", "socket:[77]", "httpd\n", "", 0);
	find(0, 0, "", "");
	remove_process("self");
	remove_process("9");
	assert_int_equal(unlink("net/tcp"), 0);
}

static int set_up(void **state)
{
	static char path[] = "/tmp/owvm-test-listener-XXXXXX";

	*state = mkdtemp(path);
	return *state == NULL || chdir(path) < 0 ? -1 : mkdir("net", 0700);
}

static int tear_down(void **state)
{
	return rmdir("net") < 0 || chdir("/") < 0 ? -1 : rmdir(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests_name("listener", tests, set_up, tear_down);
}
