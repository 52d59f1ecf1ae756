/* SPDX-License-Identifier: MIT
 * Tests of netd/front/notify.c. */
#include "netd/front/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* What an init system has: a datagram socket of this name. */
static int listen_as(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0 && length < sizeof(address.sun_path));
	memcpy(address.sun_path, name, length);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)),
		0);
	return fd;
}

static void assert_arrives(const char *name)
{
	char text[64] = "";
	int manager = listen_as(name), fd = -1;

	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	fd = notify_open();
	assert_true(fd >= 0);
	assert_int_equal(notify_send(fd, "READY=1\nSTATUS=serving"), 0);
	assert_int_equal(recv(manager, text, sizeof(text) - 1, 0), 22);
	assert_string_equal(text, "READY=1\nSTATUS=serving");
	close(manager);
	assert_true(notify_send(fd, "STOPPING=1") < 0);
	close(fd);
}

static void test_what_is_sent_arrives_at_an_abstract_name(void **state)
{
	char name[64] = "";

	(void)state;
	snprintf(name, sizeof(name), "@owvm-test-notify-%d", (int)getpid());
	assert_arrives(name);
}

static void test_what_is_sent_arrives_at_a_path(void **state)
{
	char directory[] = "/tmp/owvm-notify-XXXXXX", name[64] = "";

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(name, sizeof(name), "%s/notify", directory);
	assert_arrives(name);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void test_without_an_init_system_nothing_is_sent(void **state)
{
	unsigned int before = unit_count_fds();

	(void)state;
	assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
	assert_int_equal(notify_open(), -ENOENT);
	assert_int_equal(notify_send(-ENOENT, "READY=1"), -ENOENT);
	assert_int_equal(unit_count_fds(), before);
}

static void test_names_that_are_none(void **state)
{
	char longest[200] = "/";
	const struct {
		const char *name;
		int error;
	} cases[] = {
		{"", -EINVAL},
		{"@", -EINVAL},
		{"/", -EINVAL},
		{"notify", -EINVAL},
		{"vsock:2:1234", -EINVAL},
		{longest, -ENAMETOOLONG},
		{"/nowhere/notify", -ENOENT},
		{"@owvm-nobody-listens", -ECONNREFUSED},
	};
	unsigned int before = unit_count_fds();

	(void)state;
	memset(longest + 1, 'a', sizeof(longest) - 2);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		assert_int_equal(setenv("NOTIFY_SOCKET", cases[i].name, 1), 0);
		assert_int_equal(notify_open(), cases[i].error);
	}
	assert_int_equal(unit_count_fds(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_sent_arrives_at_an_abstract_name),
		cmocka_unit_test(test_what_is_sent_arrives_at_a_path),
		cmocka_unit_test(test_without_an_init_system_nothing_is_sent),
		cmocka_unit_test(test_names_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
