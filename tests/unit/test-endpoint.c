/* SPDX-License-Identifier: MIT
 * Tests of launcher/endpoint.c: paths of sockets become fds, and these are what QEMU needs. */
#include "launcher/endpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/socket.h"
#include "launcher/text.h"
#include "tests/unit/unit.h"

static int set_up(void **state)
{
	char path[] = "/tmp/owvm-test-endpoint-XXXXXX";

	if (mkdtemp(path) == NULL || chdir(path) < 0)
		return -1;
	*state = text_format("%s", path);
	return 0;
}

static int tear_down(void **state)
{
	char *command = text_format("rm -r '%s'", (char *)*state);
	int r = chdir("/") < 0 ? -1 : system(command);

	free(command);
	free(*state);
	return r;
}

/* A plan of options, each a name and a value. */
static struct plan plan_of(const char *const (*options)[2], size_t n)
{
	struct plan plan = {.qemu = text_format("qemu"),
		.options = calloc(n, sizeof(struct plan_option)),
		.n = n};

	assert_non_null(plan.options);
	for (size_t i = 0; i < n; i++) {
		plan.options[i].name = text_format("%s", options[i][0]);
		if (options[i][1] != NULL)
			plan.options[i].value = text_format("%s", options[i][1]);
	}
	return plan;
}

static bool listens(int fd)
{
	int value = 0;
	socklen_t size = sizeof(value);

	assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size), 0);
	return value != 0;
}

static void test_paths_become_fds(void **state)
{
	static const char *const options[][2] = {
		{"-chardev", "socket,id=a,server=on,wait=off,path=a.sock,logfile=a,,b.log"},
		{"-chardev", "file,id=f,path=f"},
		{"-chardev", "socket,id=t,host=127.0.0.1,port=1,server=on"},
		{"-chardev", "socket,id=b,path=b,,c.sock,server=on,wait=off"},
		{"-mon", "chardev=a,path=x"},
		{"-chardev", "socket,id=c,path=other"},
		{"-chardev", NULL},
	};
	static const char *const expected[] = {
		"socket,id=a,server=on,wait=off,fd=7,logfile=a,,b.log", "file,id=f,path=f",
		"socket,id=t,host=127.0.0.1,port=1,server=on",
		"socket,id=b,fd=8,server=on,wait=off", "chardev=a,path=x", "socket,id=c,fd=9"};
	struct plan plan = plan_of(options, UNIT_COUNT(options));
	unsigned int fds = unit_count_fds();
	int other = socket_listen("other");
	struct endpoints endpoints = {0};
	char *error = NULL;

	(void)state;
	/* What a dead QEMU left. */
	close(socket_listen("a.sock"));
	assert_int_equal(endpoints_make(&plan, 7, &endpoints, &error), 0);
	assert_null(error);
	for (size_t i = 0; i < UNIT_COUNT(expected); i++)
		assert_string_equal(plan.options[i].value, expected[i]);
	assert_int_equal(endpoints.n, 3);
	assert_true(listens(endpoints.fds[0]) && listens(endpoints.fds[1]));
	assert_false(listens(endpoints.fds[2]));
	assert_int_equal(access("b,c.sock", F_OK), 0);
	endpoints_close(&endpoints);
	close(other);
	assert_int_equal(unit_count_fds(), fds);
	plan_free(&plan);
}

static void assert_refused(const char *first, const char *second, int error, const char *text)
{
	const char *const options[][2] = {{"-chardev", first}, {"-chardev", second}};
	struct plan plan = plan_of(options, 2);
	unsigned int fds = unit_count_fds();
	struct endpoints endpoints = {0};
	char *sentence = NULL;

	assert_int_equal(endpoints_make(&plan, 4, &endpoints, &sentence), error);
	assert_string_equal(sentence, text);
	assert_int_equal(unit_count_fds(), fds);
	free(sentence);
	plan_free(&plan);
}

static void test_refusals(void **state)
{
	char name[200] = {0};
	char *value = NULL, *text = NULL;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	value = text_format("socket,id=b,path=%s,server=on", name);
	text = text_format("cannot listen on '%s': File name too long", name);
	assert_refused("socket,id=a,path=s,server=on", value, -ENAMETOOLONG, text);
	free(value);
	free(text);
	assert_refused("socket,id=a,path=s,server=on", "socket,id=b,path=none", -ENOENT,
		"cannot connect to 'none': No such file or directory");
	assert_int_equal(mkdir("directory", 0700), 0);
	assert_refused("socket,id=a,path=s,server=on", "socket,id=b,path=directory,server=on",
		-EADDRINUSE, "cannot listen on 'directory': Address already in use");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_paths_become_fds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
