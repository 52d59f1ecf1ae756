/* SPDX-License-Identifier: MIT
 * Tests of launcher/relay/relay.c, listener.c, tcp.c, udp.c and stream.c. */
#include "launcher/relay/relay.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/relay/unit-relay.h"
#include "tests/unit/unit.h"

#define LOT 33554432 /* bytes, more than all buffers on the way hold */

static void test_both_directions_and_their_ends(void **state)
{
	struct world world = unit_relay_begin(false, 0);
	int client = unit_relay_join(&world, SOCK_STREAM), guest = unit_relay_take(&world);
	char byte = 0;

	(void)state;
	assert_int_equal(send(client, "to the guest", 12, 0), 12);
	unit_relay_expect(guest, "to the guest");
	assert_int_equal(send(guest, "and back", 8, 0), 8);
	unit_relay_expect(client, "and back");
	/* One direction ends, the other goes on. */
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	assert_int_equal(recv(guest, &byte, 1, 0), 0);
	assert_int_equal(send(guest, "more", 4, 0), 4);
	unit_relay_expect(client, "more");
	close(guest);
	assert_true(unit_relay_readable(client, LONG_TIME));
	assert_int_equal(recv(client, &byte, 1, 0), 0);
	close(client);
	unit_relay_finish(&world);
}

/* Send so much that the way is full, and then let it be read. */
static void test_a_slow_reader_loses_nothing(void **state)
{
	struct world world = unit_relay_begin(false, 0);
	int client = unit_relay_join(&world, SOCK_STREAM), guest = unit_relay_take(&world);
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
	assert_true(unit_relay_readable(guest, LONG_TIME));
	assert_int_equal(waitpid(writer, NULL, WNOHANG), 0);
	assert_int_equal(recv(guest, got, LOT, MSG_WAITALL), LOT);
	assert_memory_equal(data, got, LOT);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	free(data);
	free(got);
	close(guest);
	unit_relay_finish(&world);
}

static void test_a_guest_that_refuses_is_a_reset(void **state)
{
	struct world world = unit_relay_begin(false, 0);
	char byte = 0;
	int client = -1;

	(void)state;
	close(world.guest);
	world.guest = -1;
	client = unit_relay_join(&world, SOCK_STREAM);
	assert_true(unit_relay_readable(client, LONG_TIME));
	assert_int_equal(recv(client, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(client);
	world.guest = -1;
	unit_relay_finish(&world);
}

static void test_a_reset_is_passed_on(void **state)
{
	struct world world = unit_relay_begin(false, 0);
	int client = unit_relay_join(&world, SOCK_STREAM), guest = unit_relay_take(&world);
	const struct linger now = {.l_onoff = 1};
	char byte = 0;

	(void)state;
	assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
	close(client);
	assert_true(unit_relay_readable(guest, LONG_TIME));
	assert_int_equal(recv(guest, &byte, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(guest);
	unit_relay_finish(&world);
}

/* Whoever writes to a connection that is gone is not to die of it. */
static void test_resets_in_the_middle_of_a_flood_end_nobody(void **state)
{
	static const char data[65536];
	struct world world = unit_relay_begin(false, 0);
	const struct linger now = {.l_onoff = 1};

	(void)state;
	for (int i = 0; i < 100; i++) {
		int client = unit_relay_join(&world, SOCK_STREAM), guest = unit_relay_take(&world);

		for (int j = 0; j < 20; j++)
			(void)!send(guest, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL);
		shutdown(client, SHUT_WR);
		assert_int_equal(setsockopt(client, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
		close(client);
		(void)!send(guest, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL);
		close(guest);
	}
	unit_relay_finish(&world);
}

/* With few files there are few connections: the next waits until one ends. */
static void test_what_is_too_many_waits(void **state)
{
	struct world world = unit_relay_begin(false, 64);
	int first = unit_relay_join(&world, SOCK_STREAM), guest = unit_relay_take(&world);
	int second = unit_relay_join(&world, SOCK_STREAM);

	(void)state;
	assert_false(unit_relay_readable(world.guest, 300));
	close(first);
	close(guest);
	guest = unit_relay_take(&world);
	assert_int_equal(send(second, "now", 3, 0), 3);
	unit_relay_expect(guest, "now");
	close(second);
	close(guest);
	unit_relay_finish(&world);
}

static void test_datagrams_go_to_who_asked(void **state)
{
	struct world world = unit_relay_begin(true, 0);
	int clients[] = {unit_relay_join(&world, SOCK_DGRAM), unit_relay_join(&world, SOCK_DGRAM)};
	struct sockaddr_in from[2] = {0};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(clients); i++) {
		socklen_t size = sizeof(from[i]);
		char byte = 0;

		assert_int_equal(send(clients[i], &"ab"[i], 1, 0), 1);
		assert_true(unit_relay_readable(world.guest, LONG_TIME));
		assert_int_equal(
			recvfrom(world.guest, &byte, 1, 0, (struct sockaddr *)&from[i], &size), 1);
		assert_int_equal(byte, "ab"[i]);
	}
	assert_int_not_equal(from[0].sin_port, from[1].sin_port);
	for (size_t i = UNIT_COUNT(clients); i-- > 0;)
		assert_int_equal(sendto(world.guest, &"AB"[i], 1, 0, (struct sockaddr *)&from[i],
					 sizeof(from[i])),
			1);
	unit_relay_expect(clients[0], "A");
	unit_relay_expect(clients[1], "B");
	close(clients[0]);
	close(clients[1]);
	unit_relay_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions_and_their_ends),
		cmocka_unit_test(test_a_slow_reader_loses_nothing),
		cmocka_unit_test(test_a_guest_that_refuses_is_a_reset),
		cmocka_unit_test(test_a_reset_is_passed_on),
		cmocka_unit_test(test_resets_in_the_middle_of_a_flood_end_nobody),
		cmocka_unit_test(test_what_is_too_many_waits),
		cmocka_unit_test(test_datagrams_go_to_who_asked),
	};

	return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
