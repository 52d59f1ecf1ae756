/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/socket-pair.c. */
#include "launcher/base/socket-pair.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define BYTES 20000 /* a Unix socket takes some 280 that come one by one */

static void test_make(void **state)
{
	int ours = -1, theirs = -1;
	char byte = 0;

	(void)state;
	assert_int_equal(socket_pair_make(&ours, &theirs), 0);
	assert_true(fcntl(ours, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(theirs, F_GETFD) & FD_CLOEXEC);
	assert_int_equal(send(ours, "a", 1, 0), 1);
	assert_int_equal(read(theirs, &byte, 1), 1);
	assert_int_equal(byte, 'a');
	assert_int_equal(send(theirs, "b", 1, 0), 1);
	assert_int_equal(read(ours, &byte, 1), 1);
	assert_int_equal(byte, 'b');
	close(theirs);
	assert_int_equal(read(ours, &byte, 1), 0);
	close(ours);
}

static void test_make_holds_much(void **state)
{
	int ours = -1, theirs = -1;

	(void)state;
	assert_int_equal(socket_pair_make(&ours, &theirs), 0);
	for (size_t i = 0; i < BYTES; i++)
		assert_int_equal(send(theirs, "x", 1, MSG_DONTWAIT), 1);
	close(ours);
	close(theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_make_holds_much),
	};

	return cmocka_run_group_tests_name("pair", tests, NULL, NULL);
}
