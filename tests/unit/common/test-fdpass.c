/* SPDX-License-Identifier: MIT
 * Tests of common/fdpass.c. Each checks that no fd is left behind. */
#include "common/fdpass.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* n fds that are good for sending: all of them the receiver's own socket. */
static const int *some_fds(const struct unit_pair *pair, size_t n)
{
	static int fds[FDPASS_MAX + 1];

	assert_true(n <= UNIT_COUNT(fds));
	for (size_t i = 0; i < n; i++)
		fds[i] = pair->receiver;
	return fds;
}

static void set_nonblocking(int fd)
{
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
}

static void test_message_only(void **state)
{
	struct unit_pair *pair = *state;
	char data[16] = "";
	size_t n = 99;

	assert_int_equal(fdpass_send(pair->sender, "hello", 5, NULL, 0), 0);
	assert_int_equal(fdpass_receive(pair->receiver, data, 16, NULL, 0, &n), 5);
	assert_int_equal(n, 0);
	assert_memory_equal(data, "hello", 6);
}

static void test_several_fds(void **state)
{
	static const size_t counts[] = {1, 2, 3, 31, FDPASS_MAX};
	struct unit_pair *pair = *state;

	for (size_t i = 0; i < UNIT_COUNT(counts); i++) {
		const int *sent = some_fds(pair, counts[i]);
		int fds[FDPASS_MAX] = {0};
		struct stat want = {0};
		char data[2] = "";
		size_t n = 0;

		assert_int_equal(fdpass_send(pair->sender, "x", 1, sent, counts[i]), 0);
		assert_int_equal(fdpass_receive(pair->receiver, data, 2, fds, FDPASS_MAX, &n), 1);
		assert_int_equal(n, counts[i]);
		assert_int_equal(fstat(pair->receiver, &want), 0);
		for (size_t j = 0; j < n; j++) {
			struct stat got = {0};

			assert_int_equal(fstat(fds[j], &got), 0);
			assert_int_equal(got.st_ino, want.st_ino);
			assert_int_equal(fcntl(fds[j], F_GETFD), FD_CLOEXEC);
			close(fds[j]);
		}
	}
}

/* The order of fds is kept: taps first, then vhosts. */
static void test_order(void **state)
{
	struct unit_pair *pair = *state;
	int pipes[2] = {-1, -1}, fds[2] = {-1, -1};
	char data = 0;
	size_t n = 0;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_int_equal(fdpass_send(pair->sender, "x", 1, pipes, 2), 0);
	close(pipes[0]);
	close(pipes[1]);
	assert_int_equal(fdpass_receive(pair->receiver, &data, 1, fds, 2, &n), 1);
	assert_int_equal(n, 2);
	assert_int_equal(fcntl(fds[0], F_GETFL) & O_ACCMODE, O_RDONLY);
	assert_int_equal(fcntl(fds[1], F_GETFL) & O_ACCMODE, O_WRONLY);
	close(fds[0]);
	close(fds[1]);
}

static void test_too_many_fds(void **state)
{
	struct unit_pair *pair = *state;
	int fds[2] = {-7, -7};
	char data = 0;
	size_t n = 77;

	assert_int_equal(fdpass_send(pair->sender, "x", 1, some_fds(pair, 3), 3), 0);
	assert_int_equal(fdpass_receive(pair->receiver, &data, 1, fds, 2, &n), -EPROTO);
	assert_int_equal(n, 77);
	assert_int_equal(fds[0], -7);
	assert_int_equal(fdpass_send(pair->sender, "x", 1, some_fds(pair, 1), 1), 0);
	assert_int_equal(fdpass_receive(pair->receiver, &data, 1, NULL, 0, &n), -EPROTO);
}

/* More fds than any message of ours: the kernel cuts the control data off. */
static void test_more_than_the_buffer(void **state)
{
	struct unit_pair *pair = *state;
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * (FDPASS_MAX + 1))];
	} control = {.bytes = {0}};
	struct iovec iov = {.iov_base = control.bytes, .iov_len = 1};
	struct msghdr message = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fds[FDPASS_MAX] = {0};
	char data = 0;
	size_t n = 0;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int) * (FDPASS_MAX + 1));
	memcpy(CMSG_DATA(header), some_fds(pair, FDPASS_MAX + 1), sizeof(int) * (FDPASS_MAX + 1));
	assert_int_equal(sendmsg(pair->sender, &message, 0), 1);
	assert_int_equal(fdpass_receive(pair->receiver, &data, 1, fds, FDPASS_MAX, &n), -EPROTO);
}

/* Where the process may not have so many fds, the kernel gives some and sets MSG_CTRUNC. */
static void test_fd_limit(void **state)
{
	struct unit_pair *pair = *state;
	struct rlimit before = {0}, low = {0};
	int fds[3] = {-1, -1, -1}, lowest = -1, error = 0;
	char data = 0;
	size_t n = 0;

	if (getenv("LD_PRELOAD") != NULL && strstr(getenv("LD_PRELOAD"), "vgpreload") != NULL) {
		print_message("skipped: valgrind does not tell the kernel of the limit\n");
		skip();
	}
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	for (rlim_t room = 0; room < 3; room++) {
		assert_int_equal(fdpass_send(pair->sender, "x", 1, some_fds(pair, 3), 3), 0);
		lowest = fcntl(pair->sender, F_DUPFD_CLOEXEC, 0);
		close(lowest);
		low = before;
		low.rlim_cur = (rlim_t)lowest + room;
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
		error = fdpass_receive(pair->receiver, &data, 1, fds, 3, &n);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
		assert_int_equal(error, -EPROTO);
		assert_int_equal(unit_count_fds(), pair->fds);
	}
}

static void test_too_long(void **state)
{
	struct unit_pair *pair = *state;
	int fds[2] = {-1, -1};
	char data[4] = "";
	size_t n = 0;

	assert_int_equal(fdpass_send(pair->sender, "12345", 5, some_fds(pair, 2), 2), 0);
	assert_int_equal(fdpass_receive(pair->receiver, data, 4, fds, 2, &n), -EMSGSIZE);
}

/* Credentials come although nobody asked here, with and without fds beside them. */
static void test_foreign_control(void **state)
{
	struct unit_pair *pair = *state;
	int on = 1, fds[2] = {-1, -1};
	char data = 0;
	size_t n = 0;

	assert_int_equal(setsockopt(pair->receiver, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)), 0);
	assert_int_equal(fdpass_send(pair->sender, "x", 1, NULL, 0), 0);
	assert_int_equal(fdpass_receive(pair->receiver, &data, 1, fds, 2, &n), -EPROTO);
	assert_int_equal(fdpass_send(pair->sender, "x", 1, some_fds(pair, 2), 2), 0);
	assert_int_equal(fdpass_receive(pair->receiver, &data, 1, fds, 2, &n), -EPROTO);
}

static void test_end_of_stream(void **state)
{
	struct unit_pair *pair = *state;
	char data = 0;
	size_t n = 9;

	assert_int_equal(shutdown(pair->sender, SHUT_WR), 0);
	assert_int_equal(fdpass_receive(pair->receiver, &data, 1, NULL, 0, &n), 0);
	assert_int_equal(n, 0);
}

static void test_would_block(void **state)
{
	struct unit_pair *pair = *state;
	char data[1024] = "";
	size_t n = 0;
	int error = 0;

	set_nonblocking(pair->receiver);
	assert_int_equal(fdpass_receive(pair->receiver, data, 1, NULL, 0, &n), -EAGAIN);
	set_nonblocking(pair->sender);
	for (int i = 0; i < 100000 && error == 0; i++)
		error = fdpass_send(pair->sender, data, sizeof(data), NULL, 0);
	assert_int_equal(error, -EAGAIN);
}

/* No SIGPIPE, which would end the test. */
static void test_peer_gone(void **state)
{
	struct unit_pair *pair = *state;

	assert_int_equal(shutdown(pair->receiver, SHUT_RDWR), 0);
	assert_int_equal(fdpass_send(pair->sender, "x", 1, NULL, 0), -EPIPE);
}

static void test_bad_socket(void **state)
{
	char data = 0;
	size_t n = 0;

	(void)state;
	assert_int_equal(fdpass_send(-1, &data, 1, NULL, 0), -EBADF);
	assert_int_equal(fdpass_receive(-1, &data, 1, NULL, 0, &n), -EBADF);
}

static void test_short_write(void **state)
{
	const size_t size = 16 * 1024 * 1024;
	char *data = calloc(1, size);
	int stream[2] = {-1, -1};

	(void)state;
	assert_non_null(data);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, stream), 0);
	assert_int_equal(fdpass_send(stream[0], data, size, NULL, 0), -EMSGSIZE);
	close(stream[0]);
	close(stream[1]);
	free(data);
}

static int interrupted_sender = -1;

static void send_from_handler(int number)
{
	int saved = errno;

	(void)number;
	if (send(interrupted_sender, "x", 1, 0) != 1)
		abort();
	errno = saved;
}

/* A signal interrupts the wait; the message arrives all the same. */
static void test_interrupted(void **state)
{
	struct unit_pair *pair = *state;
	struct sigaction action = {.sa_handler = send_from_handler};
	struct itimerval soon = {.it_value = {.tv_usec = 50000}};
	char data = 0;
	size_t n = 0;

	interrupted_sender = pair->sender;
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
	assert_int_equal(fdpass_receive(pair->receiver, &data, 1, NULL, 0, &n), 1);
	assert_int_equal(data, 'x');
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, unit_pair_set_up, unit_pair_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_message_only),
		TEST(test_several_fds),
		TEST(test_order),
		TEST(test_too_many_fds),
		TEST(test_more_than_the_buffer),
		TEST(test_fd_limit),
		TEST(test_too_long),
		TEST(test_foreign_control),
		TEST(test_end_of_stream),
		TEST(test_would_block),
		TEST(test_peer_gone),
		TEST(test_bad_socket),
		TEST(test_short_write),
		TEST(test_interrupted),
	};

	return cmocka_run_group_tests_name("fdpass", tests, NULL, NULL);
}
