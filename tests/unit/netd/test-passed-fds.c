/* SPDX-License-Identifier: MIT
 * Tests of netd/front/passed-fds.c: what is told of messages that are not received, and whose close
 * it is in the end. */
#include "netd/front/passed-fds.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "common/fdpass.h"
#include "netd/kernel/kernel.h"
#include "tests/unit/unit.h"

static void send_bytes(int socket, const char *bytes, size_t size)
{
	assert_int_equal(send(socket, bytes, size, 0), (ssize_t)size);
}

/* Send a message with one end of a pipe; gives the other, which ends when no copy is left. */
static int send_pipe(int socket, const char *bytes, size_t size)
{
	int ends[2] = {-1, -1};

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(fdpass_send(socket, bytes, size, &ends[1], 1), 0);
	close(ends[1]);
	return ends[0];
}

static bool has_ended(int pipe)
{
	char byte = 0;

	return read(pipe, &byte, 1) == 0;
}

static void test_a_plain_request_is_neither(void **state)
{
	struct unit_pair *pair = *state;
	char byte = 0;

	send_bytes(pair->sender, "request", 7);
	assert_false(passed_fds_come_next(pair->receiver));
	assert_int_equal(recv(pair->receiver, &byte, 1, 0), 1);
	assert_false(passed_fds_left(pair->receiver));
	assert_int_equal(send(pair->sender, "more", 4, MSG_NOSIGNAL), -1);
	assert_int_equal(errno, EPIPE);
	/* The reply still gets through. */
	send_bytes(pair->receiver, "reply", 5);
	assert_int_equal(recv(pair->sender, &byte, 1, 0), 1);
}

static void test_a_silent_client_and_one_that_has_left_are_neither(void **state)
{
	struct unit_pair *pair = *state;
	int ends[2] = {-1, -1};

	assert_false(passed_fds_come_next(pair->receiver));
	assert_false(passed_fds_left(pair->receiver));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	close(ends[1]);
	assert_false(passed_fds_come_next(ends[0]));
	assert_false(passed_fds_left(ends[0]));
	close(ends[0]);
}

static void test_fds_are_seen_and_stay_in_the_socket(void **state)
{
	static const size_t sizes[] = {0, 1, 80, 1000};
	struct unit_pair *pair = *state;

	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		char bytes[1000] = {0};
		int pipe = send_pipe(pair->sender, bytes, sizes[i]);

		assert_true(passed_fds_come_next(pair->receiver));
		assert_true(passed_fds_come_next(pair->receiver));
		assert_false(has_ended(pipe));
		assert_int_equal(recv(pair->receiver, bytes, sizeof(bytes), 0), (ssize_t)sizes[i]);
		assert_true(has_ended(pipe));
		close(pipe);
	}
}

static void test_whatever_is_behind_the_request_is_seen(void **state)
{
	struct unit_pair *pair = *state;
	char byte = 0;
	int pipe = -1;

	send_bytes(pair->sender, "request", 7);
	/* An empty message looks like the end of the connection. */
	send_bytes(pair->sender, "", 0);
	pipe = send_pipe(pair->sender, "", 0);
	assert_false(passed_fds_come_next(pair->receiver));
	assert_int_equal(recv(pair->receiver, &byte, 1, 0), 1);
	assert_true(passed_fds_left(pair->receiver));
	assert_true(passed_fds_left(pair->receiver));
	assert_false(has_ended(pipe));
	close(pipe);
}

static void test_a_socket_that_refuses_fds_is_known(void **state)
{
	struct unit_pair *pair = *state;
	const int off = 0;

	assert_true(passed_fds_possible(pair->receiver));
	if (setsockopt(pair->receiver, SOL_SOCKET, KERNEL_SO_PASSRIGHTS, &off, sizeof(off)) < 0)
		skip(); /* Linux 6.16 */
	assert_false(passed_fds_possible(pair->receiver));
}

/* Until nothing is parked and no child is left. */
static void empty(struct passed_fds_bin *bin)
{
	for (int i = 0; i < 500 && passed_fds_empty(bin) >= 0; i++)
		nanosleep(&(struct timespec){.tv_nsec = 10 * 1000 * 1000}, NULL);
	assert_int_equal(passed_fds_empty(bin), -1);
}

static void test_a_child_closes_what_is_parked(void **state)
{
	struct unit_pair *pair = *state;
	struct passed_fds_bin bin = {.n_parked = 0};
	struct pollfd closed = {.fd = -1, .events = POLLIN};
	int socket = fcntl(pair->receiver, F_DUPFD_CLOEXEC, 0);
	unsigned int before = unit_count_fds();

	/* The test's own copy goes first: so the last one is that of the child. */
	close(pair->receiver);
	closed.fd = send_pipe(pair->sender, "x", 1);
	passed_fds_park(&bin, socket);
	empty(&bin);
	assert_int_equal(poll(&closed, 1, 5000), 1);
	assert_true(has_ended(closed.fd));
	close(closed.fd);
	assert_int_equal(unit_count_fds(), before - 2);
	pair->receiver = open("/dev/null", O_RDWR | O_CLOEXEC);
}

static void test_a_full_bin_says_so_and_is_emptied_by_one_child(void **state)
{
	struct passed_fds_bin bin = {.n_parked = 0};

	(void)state;
	for (size_t i = 0; i < PASSED_FDS_PARKED; i++) {
		assert_false(passed_fds_full(&bin));
		passed_fds_park(&bin, open("/dev/null", O_RDWR | O_CLOEXEC));
	}
	assert_true(passed_fds_full(&bin));
	assert_int_equal(passed_fds_empty(&bin), PASSED_FDS_PAUSE);
	assert_int_equal(bin.n_children, 1);
	assert_int_equal(bin.n_parked, 0);
	empty(&bin);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, unit_pair_set_up, unit_pair_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_plain_request_is_neither),
		TEST(test_a_silent_client_and_one_that_has_left_are_neither),
		TEST(test_fds_are_seen_and_stay_in_the_socket),
		TEST(test_whatever_is_behind_the_request_is_seen),
		TEST(test_a_socket_that_refuses_fds_is_known),
		TEST(test_a_child_closes_what_is_parked),
		TEST(test_a_full_bin_says_so_and_is_emptied_by_one_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
