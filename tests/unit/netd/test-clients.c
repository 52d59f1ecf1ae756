/* SPDX-License-Identifier: MIT
 * Tests of netd/clients.c. */
#include "netd/front/clients.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static int some_fd(void)
{
	int fds[2] = {-1, -1};

	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	return fds[0];
}

/* Let a client of this uid take a place. */
static void enter(struct clients *clients, uint32_t uid, bool silent, int64_t deadline)
{
	struct client client = {.fd = some_fd(),
		.peer = {.uid = uid, .gids = calloc(1, sizeof(uint32_t)), .n_gids = 1},
		.silent = silent,
		.deadline = deadline};

	clients_enter(clients, &client);
	assert_int_equal(client.fd, -1);
	assert_null(client.peer.gids);
}

static void leave_all(struct clients *clients)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		clients_drop(&clients->places[i]);
}

/* Serve whose turn it is; gives the uid. */
static uint32_t serve(struct clients *clients)
{
	struct client *client = clients_next(clients);
	uint32_t uid = 0;

	assert_non_null(client);
	uid = client->peer.uid;
	clients_drop(client);
	return uid;
}

static void test_one_uid_gets_its_share_and_no_more(void **state)
{
	struct clients *clients = *state;

	for (unsigned int i = 0; i < CLIENTS_SILENT_PER_UID; i++) {
		assert_false(clients_crowded(clients, 1000, true));
		enter(clients, 1000, true, INT64_MAX);
	}
	assert_true(clients_crowded(clients, 1000, true));
	for (unsigned int i = CLIENTS_SILENT_PER_UID; i < CLIENTS_PER_UID; i++) {
		assert_false(clients_crowded(clients, 1000, false));
		enter(clients, 1000, false, 0);
	}
	assert_true(clients_crowded(clients, 1000, false));
	assert_false(clients_crowded(clients, 1001, true));
	clients_drop(&clients->places[0]);
	assert_false(clients_crowded(clients, 1000, true));
	leave_all(clients);
}

static void test_full_table_has_no_place(void **state)
{
	struct clients *clients = *state;

	for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
		assert_false(clients_full(clients));
		enter(clients, i, true, INT64_MAX);
	}
	assert_true(clients_full(clients));
	clients_drop(&clients->places[7]);
	assert_false(clients_full(clients));
	enter(clients, 1, true, INT64_MAX);
	assert_true(clients_full(clients));
	leave_all(clients);
	assert_true(clients_none(clients));
}

static void test_the_late_are_found_and_the_next_is_told(void **state)
{
	struct clients *clients = *state;
	unsigned int before = unit_count_fds();

	assert_int_equal(clients_wait(clients, 1000), -1);
	enter(clients, 1, true, 900);
	enter(clients, 2, true, 5000);
	enter(clients, 3, true, 9000);
	enter(clients, 4, false, 100);
	assert_int_equal(clients_wait(clients, 1000), 0);
	assert_int_equal(clients_late(clients, 1000)->peer.uid, 1);
	clients_drop(clients_late(clients, 1000));
	assert_null(clients_late(clients, 1000));
	assert_int_equal(clients_wait(clients, 1000), 4000);
	assert_int_equal(unit_count_fds(), before + 3);
	leave_all(clients);
	assert_int_equal(unit_count_fds(), before);
}

static void test_find(void **state)
{
	struct clients *clients = *state;
	struct client *client = &clients->places[0];

	enter(clients, 1, true, INT64_MAX);
	assert_ptr_equal(clients_find(clients, client->fd), client);
	assert_null(clients_find(clients, client->fd + 1000));
	leave_all(clients);
}

static void test_only_who_has_sent_something_is_served(void **state)
{
	struct clients *clients = *state;

	enter(clients, 1, true, INT64_MAX);
	assert_false(clients_waiting(clients));
	assert_null(clients_next(clients));
	clients_wake(clients, &clients->places[0]);
	assert_true(clients_waiting(clients));
	assert_int_equal(clients_wait(clients, 0), -1);
	assert_int_equal(serve(clients), 1);
	assert_true(clients_none(clients));
}

static void test_one_request_of_each_user_comes_before_the_second_of_any(void **state)
{
	struct clients *clients = *state;

	for (int i = 0; i < 10; i++)
		enter(clients, 1, false, 0);
	enter(clients, 2, false, 0);
	enter(clients, 3, false, 0);
	assert_int_equal(serve(clients) + serve(clients) + serve(clients), 1 + 2 + 3);
	assert_int_equal(serve(clients), 1);
	/* Who comes now waits for one request of the crowd at most. */
	enter(clients, 2, false, 0);
	if (serve(clients) == 1)
		assert_int_equal(serve(clients), 2);
	leave_all(clients);
}

/* However fast a user comes back, and whatever places are free. */
static void test_nobody_starves(void **state)
{
	struct clients *clients = *state;
	unsigned int patient = 0;

	for (int i = 0; i < 5; i++)
		enter(clients, 1, false, 0);
	for (int i = 0; i < 20; i++) {
		uint32_t uid = 0;

		enter(clients, 2, false, 0);
		do {
			uid = serve(clients);
			patient += uid == 1;
		} while (uid != 2 && clients_waiting(clients));
	}
	assert_int_equal(patient, 5);
	assert_true(clients_none(clients));
}

static int set_up(void **state)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	clients_init(clients);
	*state = clients;
	return 0;
}

static int tear_down(void **state)
{
	free(*state);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_uid_gets_its_share_and_no_more),
		TEST(test_full_table_has_no_place),
		TEST(test_the_late_are_found_and_the_next_is_told),
		TEST(test_find),
		TEST(test_only_who_has_sent_something_is_served),
		TEST(test_one_request_of_each_user_comes_before_the_second_of_any),
		TEST(test_nobody_starves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
