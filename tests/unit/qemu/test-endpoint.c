/* SPDX-License-Identifier: MIT
 * Tests of launcher/qemu/endpoint.c: the sockets are what QEMU needs. */
#include "launcher/qemu/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static struct runtime here(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return (struct runtime){.directory = getcwd(NULL, 0), .directory_fd = fd, .lock = -1};
}

static bool listens(int fd)
{
	int value = 0;
	socklen_t size = sizeof(value);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size), 0);
	return value != 0;
}

static void test_sockets_are_opened(void **state)
{
	static char stale[] = "a.sock", odd[] = "b,c.sock", there[] = "other";
	static char own[] = "/elsewhere/qmp.sock";
	const struct plan plan = {.sockets = {{stale, true, NULL}, {odd, true, NULL},
					  {there, false, NULL}, {own, true, "qmp.sock"}},
		.n_sockets = 4};
	unsigned int fds = unit_count_fds();
	struct runtime runtime = here();
	int other = socket_bind(there);
	struct endpoints endpoints = {0};
	char *error = NULL;

	(void)state;
	/* What a dead QEMU left. */
	close(socket_bind(stale));
	assert_int_equal(socket_listen(other), 0);
	assert_int_equal(endpoints_open(&plan, &runtime, &endpoints, &error), 0);
	assert_null(error);
	assert_int_equal(endpoints.n, 4);
	/* Who listens is QEMU's process. */
	assert_false(listens(endpoints.fds[0]) || listens(endpoints.fds[3]));
	assert_int_equal(endpoints_listen(&endpoints), 0);
	assert_true(listens(endpoints.fds[0]) && listens(endpoints.fds[1]));
	assert_false(listens(endpoints.fds[2]));
	assert_true(listens(endpoints.fds[3]));
	assert_int_equal(access(odd, F_OK) | access("qmp.sock", F_OK), 0);
	endpoints_close(&endpoints);
	close(other);
	runtime_close(&runtime);
	assert_int_equal(unit_count_fds(), fds);
}

/* The second of two. */
static void assert_refused(char *path, bool listening, int error, const char *text)
{
	static char first[] = "s";
	const struct plan plan = {
		.sockets = {{first, true, NULL}, {path, listening, NULL}}, .n_sockets = 2};
	struct runtime runtime = here();
	unsigned int fds = unit_count_fds();
	struct endpoints endpoints = {0};
	char *sentence = NULL;

	assert_int_equal(endpoints_open(&plan, &runtime, &endpoints, &sentence), error);
	assert_string_equal(sentence, text);
	assert_int_equal(unit_count_fds(), fds);
	runtime_close(&runtime);
	free(sentence);
}

static void test_refusals(void **state)
{
	char name[200] = {0}, none[] = "none", directory[] = "directory";
	char *text = NULL;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	text = text_format("cannot listen on '%s': File name too long", name);
	assert_refused(name, true, -ENAMETOOLONG, text);
	free(text);
	assert_refused(none, false, -ENOENT, "cannot connect to 'none': No such file or directory");
	assert_int_equal(mkdir(directory, 0700), 0);
	assert_refused(directory, true, -EADDRINUSE,
		"cannot listen on 'directory': Address already in use");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_sockets_are_opened, scratch_set_up, scratch_tear_down),
		cmocka_unit_test_setup_teardown(test_refusals, scratch_set_up, scratch_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
