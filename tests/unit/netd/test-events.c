/* SPDX-License-Identifier: MIT
 * Tests of netd/front/events.c: what is known once some announcements were lost. */
#include "netd/front/events.h"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/unit.h"

#define TURN 256  /* announcements of one turn */
#define LONG 8192 /* bytes; one that is longer is cut short */

/* A pair of sockets in netlink's place. */
static int set_up(void **state)
{
	int result = unit_pair_set_up(state), size = 1024 * 1024;
	struct unit_pair *pair = *state;

	setsockopt(pair->sender, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	return result < 0 ? result : fcntl(pair->receiver, F_SETFL, O_NONBLOCK);
}

static void announce(const struct unit_pair *pair, size_t length)
{
	char data[LONG + 1] = {0};
	struct nlmsghdr header = {.nlmsg_len = (uint32_t)length, .nlmsg_type = RTM_NEWLINK};

	memcpy(data, &header, sizeof(header));
	assert_int_equal(send(pair->sender, data, length, MSG_DONTWAIT), length);
}

static void count(struct nlmsghdr *header, void *context)
{
	unsigned int *n = context;

	assert_int_equal(header->nlmsg_type, RTM_NEWLINK);
	(*n)++;
}

static void test_all_that_is_there_is_read(void **state)
{
	const struct unit_pair *pair = *state;
	struct events events = {.fd = pair->receiver};
	unsigned int n = 0;

	assert_int_equal(events_read(&events, count, &n), 0);
	for (int i = 0; i < 3; i++)
		announce(pair, NLMSG_HDRLEN);
	assert_int_equal(events_read(&events, count, &n), 0);
	assert_int_equal(n, 3);
	assert_false(events.missed);
}

static void test_a_turn_ends_and_says_that_there_may_be_more(void **state)
{
	const struct unit_pair *pair = *state;
	struct events events = {.fd = pair->receiver};
	unsigned int n = 0;

	for (int i = 0; i < TURN + 1; i++)
		announce(pair, NLMSG_HDRLEN);
	assert_int_equal(events_read(&events, count, &n), 1);
	assert_int_equal(n, TURN);
	assert_int_equal(events_read(&events, count, &n), 0);
	assert_int_equal(n, TURN + 1);
}

/* What comes behind a loss is no sign that nothing more is lost, until all is read. */
static void test_a_loss_is_over_when_nothing_is_left(void **state)
{
	const struct unit_pair *pair = *state;
	struct events events = {.fd = pair->receiver};
	unsigned int n = 0;

	announce(pair, LONG + 1);
	for (int i = 0; i < TURN - 1; i++)
		announce(pair, NLMSG_HDRLEN);
	assert_int_equal(events_read(&events, count, &n), 1);
	assert_int_equal(n, TURN - 1);
	assert_true(events.missed && events.losing > 0);
	assert_int_equal(events_read(&events, count, &n), 0);
	assert_true(events.missed && events.losing == 0);
	/* Until somebody has looked at all links. */
	assert_int_equal(events_read(&events, count, &n), 0);
	assert_true(events.missed);
}

/* In a flood the end of the queue may never be seen. */
static void test_a_loss_is_over_when_a_full_queue_was_read(void **state)
{
	const struct unit_pair *pair = *state;
	struct events events = {.fd = pair->receiver};
	unsigned int n = 0;
	int turns = 0;

	announce(pair, LONG + 1);
	do {
		for (int i = 0; i < TURN; i++)
			announce(pair, NLMSG_HDRLEN);
		assert_int_equal(events_read(&events, count, &n), 1);
		turns++;
	} while (events.losing > 0 && turns < 2 * EVENTS_TURNS);
	assert_true(turns >= EVENTS_TURNS && turns <= EVENTS_TURNS + 2);
	assert_true(events.missed);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, set_up, unit_pair_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIR(test_all_that_is_there_is_read),
		WITH_PAIR(test_a_turn_ends_and_says_that_there_may_be_more),
		WITH_PAIR(test_a_loss_is_over_when_nothing_is_left),
		WITH_PAIR(test_a_loss_is_over_when_a_full_queue_was_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
