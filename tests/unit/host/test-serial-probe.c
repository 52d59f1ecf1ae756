/* SPDX-License-Identifier: MIT
 * Tests of launcher/host/serial-probe.c. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "launcher/host/serial-probe.h"
#include "launcher/vm/serial.h"
#include "tests/unit/unit.h"

#define CONNECTIONS_MAX 16

/* A directory to try paths in; it is the working directory. */
static int set_up(void **state)
{
	char template[] = "/tmp/owvm-serial-XXXXXX";

	if (mkdtemp(template) == NULL || chdir(template) < 0)
		return -1;
	*state = text_format("%s", template);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = {"file", "stale", "alive", "full", "datagrams", "fifo"};
	int r = 0;

	for (size_t i = 0; i < UNIT_COUNT(names); i++)
		unlink(names[i]);
	rmdir("directory");
	r = rmdir(*state);
	free(*state);
	return r;
}

static int bind_unix(const char *path, int type)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type, 0);

	assert_true(fd >= 0 && strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static int listen_unix(const char *path)
{
	int fd = bind_unix(path, SOCK_STREAM);

	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void probe(const char *text, int result, const char *part)
{
	struct serial serial = {0};
	char *error = NULL;

	assert_int_equal(serial_parse(text, &serial, &error), 0);
	if (serial_probe(&serial, 1, NULL, NULL, 0, &error) != result)
		fail_msg("'%s': %s", text, error == NULL ? "accepted" : error);
	if (result != 0 && strstr(error, part) == NULL)
		fail_msg("'%s': %s", text, error);
	free(error);
	serial_free(&serial);
}

static void test_paths(void **state)
{
	int alive = listen_unix("alive"), file = open("file", O_CREAT | O_WRONLY, 0600);
	struct stat status = {0};

	(void)state;
	close(listen_unix("stale"));
	assert_int_equal(write(file, "kept", 4), 4);
	assert_int_equal(mkdir("directory", 0700), 0);
	probe("file:new", 0, NULL);
	probe("file:file", 0, NULL);
	probe("file:directory", -EISDIR, "serial port 1: 'directory' is a directory");
	probe("file:nowhere/new", -ENOENT, "cannot make 'nowhere/new'");
	probe("unix:new", 0, NULL);
	probe("unix:stale", 0, NULL);
	probe("unix:file", -EEXIST, "QEMU would remove it");
	probe("unix:directory", -EEXIST, "QEMU would remove it");
	probe("unix:alive", -EADDRINUSE, "is in use by another program");
	probe("unix:nowhere/new", -ENOENT, "cannot make 'nowhere/new'");
	probe("unix:alive,client", 0, NULL);
	probe("unix:new,client", -ENOENT, "socket 'new'");
	/* Nothing was made, emptied or removed. */
	assert_int_equal(access("new", F_OK), -1);
	assert_int_equal(access("stale", F_OK), 0);
	assert_int_equal(stat("file", &status), 0);
	assert_int_equal(status.st_size, 4);
	close(file);
	close(alive);
}

/* A listener that takes no more connections, one that wants another kind of them. */
static void test_busy_sockets(void **state)
{
	int full = listen_unix("full"), datagrams = bind_unix("datagrams", SOCK_DGRAM);
	int waiting[CONNECTIONS_MAX] = {0};
	size_t n = 0;

	(void)state;
	do {
		assert_true(n < CONNECTIONS_MAX);
		waiting[n] = socket_connect("full", SOCK_STREAM | SOCK_NONBLOCK, 0);
	} while (waiting[n++] >= 0);
	assert_int_equal(waiting[--n], -EAGAIN);
	probe("unix:full", -EADDRINUSE, "socket 'full' is in use by another program");
	probe("unix:datagrams", -EADDRINUSE, "is in use by another program");
	while (n > 0)
		close(waiting[--n]);
	close(full);
	close(datagrams);
	probe("unix:full", 0, NULL);
	probe("unix:datagrams", 0, NULL);
}

/* Its reader sees no end before the port is given back. */
static void test_fifo(void **state)
{
	unsigned int fds = unit_count_fds();
	struct serial serial = {0};
	char *error = NULL, byte = 0;
	int reader = -1;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	probe("file:fifo", -ENXIO, "nobody reads FIFO 'fifo'; start its reader first");
	reader = open("fifo", O_RDONLY | O_NONBLOCK);
	assert_int_equal(serial_parse("file:fifo", &serial, &error), 0);
	assert_int_equal(serial_probe(&serial, 1, NULL, NULL, 0, &error), 0);
	assert_int_equal(read(reader, &byte, 1), -1);
	assert_int_equal(errno, EAGAIN);
	serial_free(&serial);
	assert_int_equal(read(reader, &byte, 1), 0);
	close(reader);
	assert_int_equal(unit_count_fds(), fds);
}

static void test_automatic_port(void **state)
{
	struct serial serials[2] = {{.kind = SERIAL_TCP, .address = "127.0.0.1"},
		{.kind = SERIAL_TELNET, .address = "127.0.0.1", .client = true}};
	struct serial monitor = {.kind = SERIAL_TELNET, .address = "127.0.0.1"};
	unsigned int fds = unit_count_fds();
	char *error = NULL;

	(void)state;
	assert_int_equal(serial_probe(serials, 2, &monitor, NULL, 0, &error), 0);
	assert_true(serials[0].port >= 1024);
	assert_true(monitor.port >= 1024);
	assert_int_equal(serials[1].port, 0);
	assert_int_equal(unit_count_fds(), fds);
}

static void test_busy_port(void **state)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char *text = NULL;

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	text = text_format("tcp:%u", (unsigned int)ntohs(address.sin_port));
	probe(text, -EADDRINUSE, "serial port 1: tcp port ");
	close(fd);
	probe(text, 0, NULL);
	free(text);
}

static void test_port_of_a_forward(void **state)
{
	static const struct {
		const char *address;
		bool udp;
		int result;
	} cases[] = {
		{"127.0.0.1", false, -EINVAL},
		{"0.0.0.0", false, -EINVAL},
		{"127.0.0.2", false, 0},
		{"127.0.0.1", true, 0},
	};
	struct serial serial = {.kind = SERIAL_TCP, .address = "127.0.0.1"};
	char *error = NULL;

	(void)state;
	assert_int_equal(serial_probe(&serial, 1, NULL, NULL, 0, &error), 0);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct forward forward = {.host = serial.port, .guest = 80, .udp = cases[i].udp};
		int r = 0;

		memcpy(forward.address, cases[i].address, strlen(cases[i].address));
		r = serial_probe(NULL, 0, &serial, &forward, 1, &error);
		assert_int_equal(r, cases[i].result);
		if (r < 0)
			assert_non_null(strstr(error, "monitor: tcp port "));
		free(error);
		error = NULL;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_busy_sockets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fifo, set_up, tear_down),
		cmocka_unit_test(test_automatic_port),
		cmocka_unit_test(test_busy_port),
		cmocka_unit_test(test_port_of_a_forward),
	};

	return cmocka_run_group_tests_name("serial-probe", tests, NULL, NULL);
}
