/* SPDX-License-Identifier: MIT
 * Tests of launcher/relay/control.c. */
#include <arpa/inet.h>
#include <errno.h>
#include <unistd.h>

#include "tests/unit/relay/unit-relay.h"
#include "tests/unit/unit.h"

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
	struct world world = unit_relay_begin(false, 0), more = {0};
	struct relay_reply reply = {0};
	char text[FORWARD_TEXT_SIZE] = "";
	int listener = unit_relay_bound(SOCK_STREAM, &more.port), client = -1, guest = -1;

	(void)state;
	format(text, more.port, port_of(world.guest));
	assert_int_equal(unit_relay_ask(&world, RELAY_ADD, text, listener, NULL, NULL), 0);
	assert_int_equal(unit_relay_ask(&world, RELAY_ADD, text, listener, NULL, NULL), EEXIST);
	close(listener);
	client = unit_relay_join(&more, SOCK_STREAM);
	guest = unit_relay_take(&world);
	assert_int_equal(unit_relay_ask(&world, RELAY_LIST, "", -1, &reply, NULL), 0);
	assert_int_equal(reply.n, 2);
	assert_string_equal(reply.entries[1].forward, text);
	assert_int_equal(reply.entries[0].connections, 0);
	assert_int_equal(reply.entries[1].connections, 1);
	assert_int_equal(unit_relay_ask(&world, RELAY_REMOVE, text, -1, NULL, NULL), 0);
	assert_int_equal(unit_relay_ask(&world, RELAY_REMOVE, text, -1, NULL, NULL), ENOENT);
	assert_int_equal(send(client, "still", 5, 0), 5);
	unit_relay_expect(guest, "still");
	close(client);
	close(guest);
	unit_relay_finish(&world);
}

static void test_a_connection_is_handed_out(void **state)
{
	struct world world = unit_relay_begin(false, 0);
	char text[FORWARD_TEXT_SIZE] = "";
	int fd = -1, guest = -1;

	(void)state;
	format(text, 0, port_of(world.guest));
	assert_int_equal(unit_relay_ask(&world, RELAY_CONNECT, text, -1, NULL, &fd), 0);
	guest = unit_relay_take(&world);
	assert_int_equal(send(fd, "hello", 5, 0), 5);
	unit_relay_expect(guest, "hello");
	close(fd);
	close(guest);
	close(world.guest);
	assert_int_equal(unit_relay_ask(&world, RELAY_CONNECT, text, -1, NULL, NULL), ECONNREFUSED);
	world.guest = -1;
	unit_relay_finish(&world);
}

static void test_requests_that_make_no_sense(void **state)
{
	static const struct {
		uint32_t operation;
		const char *forward;
	} cases[] = {{0, ""}, {99, "127.0.0.1:1:1"}, {RELAY_ADD, "127.0.0.1:1:1"}, {RELAY_ADD, ""},
		{RELAY_REMOVE, "nonsense"}, {RELAY_CONNECT, "80"}};
	struct world world = unit_relay_begin(false, 0);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		assert_int_equal(unit_relay_ask(&world, cases[i].operation, cases[i].forward, -1,
					 NULL, NULL),
			EINVAL);
	unit_relay_finish(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forwards_come_and_go),
		cmocka_unit_test(test_a_connection_is_handed_out),
		cmocka_unit_test(test_requests_that_make_no_sense),
	};

	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
