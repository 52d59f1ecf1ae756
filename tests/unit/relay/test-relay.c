/* SPDX-License-Identifier: MIT
 * Tests of launcher/relay/relay.c, tcp.c, udp.c, stream.c and control.c: a relay in a process of its
 * own, whose guest is this host. */
#include "launcher/relay/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/relay/message.h"
#include "tests/unit/unit.h"

#define LONG_TIME 20000 /* ms: a machine under load */
#define LOT 33554432	/* bytes, more than all buffers on the way hold */

/* A relay, the guest's socket, and what ends it. */
struct world {
	pid_t pid;
	int end; /* closed, it ends */
	int guest;
	uint16_t port;			      /* of the forward */
	struct sockaddr_storage control_name; /* of the socket for requests */
	socklen_t control_size;
};

static int bound(int type, uint16_t *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

/* A socket in no directory, which the kernel names. */
static int bound_control(struct world *world)
{
	struct sockaddr_un_any {
		sa_family_t family;
	} any = {AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	world->control_size = sizeof(world->control_name);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)(void *)&any, sizeof(any)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(
		getsockname(fd, (struct sockaddr *)&world->control_name, &world->control_size), 0);
	return fd;
}

__attribute__((noreturn)) static void run(
	const struct forward *forward, int listener, int control, int end, rlim_t files)
{
	struct relay *relay = NULL;

	if (files > 0)
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){files, files});
	relay = relay_new("127.0.0.1");
	if (relay == NULL || relay_serve(relay, control) < 0 ||
		relay_add(relay, forward, listener) < 0)
		_exit(1);
	if (relay_run(relay, end) < 0)
		_exit(2);
	relay_free(relay);
	_exit(0);
}

/* Returns the reply's error; ret_reply and ret_fd may be NULL. */
static int ask(const struct world *world, uint32_t operation, const char *forward, int fd,
	struct relay_reply *ret_reply, int *ret_fd)
{
	struct relay_request request = {.operation = operation};
	struct relay_reply reply = {0};
	int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), came = -1;
	size_t n = 0;

	memcpy(request.forward, forward, strlen(forward) + 1);
	assert_int_equal(connect(control, (const struct sockaddr *)&world->control_name,
				 world->control_size),
		0);
	assert_int_equal(fdpass_send(control, &request, sizeof(request), &fd, fd >= 0), 0);
	assert_int_equal(
		fdpass_receive(control, &reply, sizeof(reply), &came, 1, &n), sizeof(reply));
	close(control);
	if (ret_reply != NULL)
		*ret_reply = reply;
	if (ret_fd != NULL)
		*ret_fd = came;
	else
		assert_int_equal(came, -1);
	return reply.error;
}

static struct world begin(bool udp, rlim_t files)
{
	struct forward forward = {.address = "127.0.0.1", .udp = udp};
	struct world world = {0};
	int type = udp ? SOCK_DGRAM : SOCK_STREAM, pipes[2] = {-1, -1};
	int listener = bound(type, &world.port), control = bound_control(&world);

	world.guest = bound(type, &forward.guest);
	forward.host = world.port;
	if (!udp)
		assert_int_equal(listen(world.guest, 8), 0);
	assert_int_equal(pipe(pipes), 0);
	world.pid = fork();
	assert_true(world.pid >= 0);
	if (world.pid == 0) {
		close(pipes[1]);
		close(world.guest);
		run(&forward, listener, control, pipes[0], files);
	}
	close(pipes[0]);
	close(listener);
	close(control);
	world.end = pipes[1];
	/* Who replies listens. */
	assert_int_equal(ask(&world, RELAY_LIST, "", -1, NULL, NULL), 0);
	return world;
}

static void finish(struct world *world)
{
	int status = 0;

	close(world->end);
	if (world->guest >= 0)
		close(world->guest);
	assert_int_equal(waitpid(world->pid, &status, 0), world->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int join(const struct world *world, int type)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(world->port)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static bool is_readable(int fd, int timeout)
{
	return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, timeout) > 0;
}

static int take(const struct world *world)
{
	assert_true(is_readable(world->guest, LONG_TIME));
	return accept(world->guest, NULL, NULL);
}

static void expect(int fd, const char *text)
{
	char got[64] = "";
	size_t length = strlen(text);

	assert_true(is_readable(fd, LONG_TIME));
	assert_int_equal(recv(fd, got, length, MSG_WAITALL), length);
	assert_string_equal(got, text);
}

static void test_both_directions_and_their_ends(void **state)
{
	struct world world = begin(false, 0);
	int client = join(&world, SOCK_STREAM), guest = take(&world);
	char byte = 0;

	(void)state;
	assert_int_equal(send(client, "to the guest", 12, 0), 12);
	expect(guest, "to the guest");
	assert_int_equal(send(guest, "and back", 8, 0), 8);
	expect(client, "and back");
	/* One direction ends, the other goes on. */
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	assert_int_equal(recv(guest, &byte, 1, 0), 0);
	assert_int_equal(send(guest, "more", 4, 0), 4);
	expect(client, "more");
	close(guest);
	assert_true(is_readable(client, LONG_TIME));
	assert_int_equal(recv(client, &byte, 1, 0), 0);
	close(client);
	finish(&world);
}

/* Send so much that the way is full, and then let it be read. */
static void test_a_slow_reader_loses_nothing(void **state)
{
	struct world world = begin(false, 0);
	int client = join(&world, SOCK_STREAM), guest = take(&world);
	unsigned char *data = malloc(LOT), *got = malloc(LOT);
	pid_t writer = 0;

	(void)state;
	assert_true(data != NULL && got != NULL);
	for (size_t i = 0; i < LOT; i++)
		data[i] = (unsigned char)(i * 7 + i / 251);
	writer = fork();
	if (writer == 0)
		_exit(send(client, data, LOT, 0) == LOT ? 0 : 1);
	close(client);
	/* The writer cannot be done before somebody reads. */
	assert_true(is_readable(guest, LONG_TIME));
	assert_int_equal(waitpid(writer, NULL, WNOHANG), 0);
	assert_int_equal(recv(guest, got, LOT, MSG_WAITALL), LOT);
	assert_memory_equal(data, got, LOT);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	free(data);
	free(got);
	close(guest);
	finish(&world);
}

static void test_a_guest_that_refuses_is_a_reset(void **state)
{
	struct world world = begin(false, 0);
	char byte = 0;
	int client = -1;

	(void)state;
	close(world.guest);
	world.guest = -1;
	client = join(&world, SOCK_STREAM);
	assert_true(is_readable(client, LONG_TIME));
	assert_int_equal(recv(client, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(client);
	world.guest = -1;
	finish(&world);
}

static void test_a_reset_is_passed_on(void **state)
{
	struct world world = begin(false, 0);
	int client = join(&world, SOCK_STREAM), guest = take(&world);
	const struct linger now = {.l_onoff = 1};
	char byte = 0;

	(void)state;
	assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close(client);
	assert_true(is_readable(guest, LONG_TIME));
	assert_int_equal(recv(guest, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(guest);
	finish(&world);
}

/* With few files there are few connections: the next waits until one ends. */
static void test_what_is_too_many_waits(void **state)
{
	struct world world = begin(false, 64);
	int first = join(&world, SOCK_STREAM), guest = take(&world);
	int second = join(&world, SOCK_STREAM);

	(void)state;
	assert_false(is_readable(world.guest, 300));
	close(first);
	close(guest);
	guest = take(&world);
	assert_int_equal(send(second, "now", 3, 0), 3);
	expect(guest, "now");
	close(second);
	close(guest);
	finish(&world);
}

static void test_datagrams_go_to_who_asked(void **state)
{
	struct world world = begin(true, 0);
	int clients[] = {join(&world, SOCK_DGRAM), join(&world, SOCK_DGRAM)};
	struct sockaddr_in from[2] = {0};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(clients); i++) {
		socklen_t size = sizeof(from[i]);
		char byte = 0;

		assert_int_equal(send(clients[i], &"ab"[i], 1, 0), 1);
		assert_true(is_readable(world.guest, LONG_TIME));
		assert_int_equal(
			recvfrom(world.guest, &byte, 1, 0, (struct sockaddr *)&from[i], &size), 1);
		assert_int_equal(byte, "ab"[i]);
	}
	assert_int_not_equal(from[0].sin_port, from[1].sin_port);
	for (size_t i = UNIT_COUNT(clients); i-- > 0;)
		assert_int_equal(sendto(world.guest, &"AB"[i], 1, 0, (struct sockaddr *)&from[i],
					 sizeof(from[i])),
			1);
	expect(clients[0], "A");
	expect(clients[1], "B");
	close(clients[0]);
	close(clients[1]);
	finish(&world);
}

static uint16_t port_of(int socket)
{
	struct sockaddr_in address = {0};
	socklen_t size = sizeof(address);

	assert_int_equal(getsockname(socket, (struct sockaddr *)&address, &size), 0);
	return ntohs(address.sin_port);
}

static void format(char ret_text[FORWARD_TEXT_SIZE], uint16_t host, uint16_t guest)
{
	const struct forward forward = {.address = "127.0.0.1", .host = host, .guest = guest};

	forward_format(&forward, ret_text);
}

static void test_forwards_come_and_go(void **state)
{
	struct world world = begin(false, 0), more = {0};
	struct relay_reply reply = {0};
	char text[FORWARD_TEXT_SIZE] = "";
	int listener = bound(SOCK_STREAM, &more.port), client = -1, guest = -1;

	(void)state;
	format(text, more.port, port_of(world.guest));
	assert_int_equal(ask(&world, RELAY_ADD, text, listener, NULL, NULL), 0);
	assert_int_equal(ask(&world, RELAY_ADD, text, listener, NULL, NULL), EEXIST);
	close(listener);
	client = join(&more, SOCK_STREAM);
	guest = take(&world);
	assert_int_equal(ask(&world, RELAY_LIST, "", -1, &reply, NULL), 0);
	assert_int_equal(reply.n, 2);
	assert_string_equal(reply.entries[1].forward, text);
	assert_int_equal(reply.entries[0].connections, 0);
	assert_int_equal(reply.entries[1].connections, 1);
	assert_int_equal(ask(&world, RELAY_REMOVE, text, -1, NULL, NULL), 0);
	assert_int_equal(ask(&world, RELAY_REMOVE, text, -1, NULL, NULL), ENOENT);
	assert_int_equal(send(client, "still", 5, 0), 5);
	expect(guest, "still");
	close(client);
	close(guest);
	finish(&world);
}

static void test_a_connection_is_handed_out(void **state)
{
	struct world world = begin(false, 0);
	char text[FORWARD_TEXT_SIZE] = "";
	int fd = -1, guest = -1;

	(void)state;
	format(text, 0, port_of(world.guest));
	assert_int_equal(ask(&world, RELAY_CONNECT, text, -1, NULL, &fd), 0);
	guest = take(&world);
	assert_int_equal(send(fd, "hello", 5, 0), 5);
	expect(guest, "hello");
	close(fd);
	close(guest);
	close(world.guest);
	assert_int_equal(ask(&world, RELAY_CONNECT, text, -1, NULL, NULL), ECONNREFUSED);
	world.guest = -1;
	finish(&world);
}

static void test_requests_that_make_no_sense(void **state)
{
	static const struct {
		uint32_t operation;
		const char *forward;
	} cases[] = {{0, ""}, {99, "127.0.0.1:1:1"}, {RELAY_ADD, "127.0.0.1:1:1"}, {RELAY_ADD, ""},
		{RELAY_REMOVE, "nonsense"}, {RELAY_CONNECT, "80"}};
	struct world world = begin(false, 0);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(
			ask(&world, cases[i].operation, cases[i].forward, -1, NULL, NULL), EINVAL);
	finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions_and_their_ends),
		cmocka_unit_test(test_a_slow_reader_loses_nothing),
		cmocka_unit_test(test_a_guest_that_refuses_is_a_reset),
		cmocka_unit_test(test_a_reset_is_passed_on),
		cmocka_unit_test(test_what_is_too_many_waits),
		cmocka_unit_test(test_datagrams_go_to_who_asked),
		cmocka_unit_test(test_forwards_come_and_go),
		cmocka_unit_test(test_a_connection_is_handed_out),
		cmocka_unit_test(test_requests_that_make_no_sense),
	};

	return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
