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

/* Let a client of this uid take a place. Returns false where it gets none. */
static bool enter(struct clients *clients, uint32_t uid, int64_t deadline)
{
	struct client *place = clients_place(clients, uid);

	if (place == NULL)
		return false;
	*place = (struct client){.fd = some_fd(),
		.peer = {.uid = uid, .gids = calloc(1, sizeof(uint32_t)), .n_gids = 1},
		.deadline = deadline};
	return true;
}

static void leave_all(struct clients *clients)
{
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		clients_drop(&clients->places[i]);
}

static void test_one_uid_gets_its_share_and_no_more(void **state)
{
	struct clients clients;

	(void)state;
	clients_init(&clients);
	for (unsigned int i = 0; i < CLIENTS_PER_UID; i++)
		assert_true(enter(&clients, 1000, INT64_MAX));
	assert_false(enter(&clients, 1000, INT64_MAX));
	assert_true(enter(&clients, 1001, INT64_MAX));
	clients_drop(&clients.places[CLIENTS_MAX - 1]);
	assert_true(enter(&clients, 1000, INT64_MAX));
	leave_all(&clients);
}

static void test_full_table_has_no_place(void **state)
{
	struct clients clients;

	(void)state;
	clients_init(&clients);
	for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
		assert_false(clients_full(&clients));
		assert_true(enter(&clients, i, INT64_MAX));
	}
	assert_true(clients_full(&clients));
	assert_false(enter(&clients, 5000, INT64_MAX));
	leave_all(&clients);
	assert_false(clients_full(&clients));
}

static void test_expire_drops_the_late_and_tells_the_next(void **state)
{
	struct clients clients;
	unsigned int before = unit_count_fds();
	int wait = 0;

	(void)state;
	clients_init(&clients);
	assert_int_equal(clients_expire(&clients), -1);
	assert_true(enter(&clients, 1, clients_now() - 1));
	assert_true(enter(&clients, 2, clients_now() + 60000));
	assert_true(enter(&clients, 3, clients_now() + 90000));
	wait = clients_expire(&clients);
	assert_in_range(wait, 1, 60000);
	assert_int_equal(unit_count_fds(), before + 2);
	leave_all(&clients);
	assert_int_equal(unit_count_fds(), before);
}

static void test_find(void **state)
{
	struct clients clients;
	struct client *client = NULL;

	(void)state;
	clients_init(&clients);
	assert_true(enter(&clients, 1, INT64_MAX));
	client = &clients.places[CLIENTS_MAX - 1];
	assert_ptr_equal(clients_find(&clients, client->fd), client);
	assert_null(clients_find(&clients, client->fd + 1000));
	leave_all(&clients);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_uid_gets_its_share_and_no_more),
		cmocka_unit_test(test_full_table_has_no_place),
		cmocka_unit_test(test_expire_drops_the_late_and_tells_the_next),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
