/* SPDX-License-Identifier: MIT
 * Tests of netd/front/loglimit.c. */
#include "netd/front/loglimit.h"

#include "tests/unit/unit.h"

#define START 1000

/* How many of n lines at this time may be written. */
static unsigned int take(struct loglimit *limit, uint32_t uid, unsigned int n, int64_t now)
{
	unsigned int written = 0;

	for (unsigned int i = 0; i < n; i++)
		written += loglimit_take(limit, uid, LOGLIMIT_REFUSAL, now);
	return written;
}

static void test_a_user_has_so_many_lines_and_the_rest_is_counted(void **state)
{
	struct loglimit limit = {.others = {0}};
	unsigned int missed = 0;
	uint32_t uid = 0;

	(void)state;
	assert_int_equal(loglimit_wait(&limit, START), -1);
	assert_int_equal(take(&limit, 1000, LOGLIMIT_REFUSALS + 7, START), LOGLIMIT_REFUSALS);
	assert_int_equal(take(&limit, 1001, 3, START), 3);
	assert_int_equal(loglimit_wait(&limit, START + 1), LOGLIMIT_TIME - 1);
	assert_false(loglimit_end(&limit, START + LOGLIMIT_TIME - 1, &uid, &missed));
	assert_true(loglimit_end(&limit, START + LOGLIMIT_TIME, &uid, &missed));
	assert_int_equal(uid, 1000);
	assert_int_equal(missed, 7);
	assert_false(loglimit_end(&limit, START + LOGLIMIT_TIME, &uid, &missed));
	assert_int_equal(take(&limit, 1000, 2, START + LOGLIMIT_TIME), 2);
}

static void test_a_quiet_user_starts_anew_after_the_time(void **state)
{
	struct loglimit limit = {.others = {0}};

	(void)state;
	assert_int_equal(take(&limit, 1000, LOGLIMIT_REFUSALS, START), LOGLIMIT_REFUSALS);
	assert_int_equal(loglimit_wait(&limit, START), -1);
	assert_int_equal(
		take(&limit, 1000, LOGLIMIT_REFUSALS, START + LOGLIMIT_TIME), LOGLIMIT_REFUSALS);
	assert_int_equal(take(&limit, 1000, 1, START + LOGLIMIT_TIME + 1), 0);
}

static void test_refusals_do_not_hide_orders(void **state)
{
	struct loglimit limit = {.others = {0}};

	(void)state;
	assert_int_equal(take(&limit, 1000, 1000, START), LOGLIMIT_REFUSALS);
	for (unsigned int i = 0; i < LOGLIMIT_ORDERS; i++)
		assert_true(loglimit_take(&limit, 1000, LOGLIMIT_ORDER, START));
	assert_false(loglimit_take(&limit, 1000, LOGLIMIT_ORDER, START));
}

static void test_more_users_than_places_share_one(void **state)
{
	struct loglimit limit = {.others = {0}};
	unsigned int missed = 0, written = 0;
	uint32_t uid = 0;

	(void)state;
	for (uint32_t i = 0; i < LOGLIMIT_USERS; i++)
		assert_int_equal(take(&limit, 1000 + i, 1, START), 1);
	for (uint32_t i = 0; i < 1000; i++)
		written += take(&limit, 100000 + i, 1, START);
	assert_int_equal(written, LOGLIMIT_REFUSALS);
	assert_true(loglimit_end(&limit, START + LOGLIMIT_TIME, &uid, &missed));
	assert_int_equal(uid, LOGLIMIT_OTHERS);
	assert_int_equal(missed, 1000 - LOGLIMIT_REFUSALS);
	/* The places whose time is over are free again. */
	assert_int_equal(take(&limit, 100000, 1, START + LOGLIMIT_TIME), 1);
	assert_int_equal(
		take(&limit, 1000, LOGLIMIT_REFUSALS, START + LOGLIMIT_TIME), LOGLIMIT_REFUSALS);
}

static void test_others_are_limited_for_ever(void **state)
{
	struct loglimit limit = {.others = {0}};
	unsigned int missed = 0, written = 0;
	uint32_t uid = 0;

	(void)state;
	for (int64_t now = START; now < START + 10 * LOGLIMIT_TIME; now += 10) {
		written += take(&limit, LOGLIMIT_OTHERS, 1, now);
		loglimit_end(&limit, now, &uid, &missed);
	}
	assert_in_range(written, 10 * LOGLIMIT_REFUSALS, 11 * LOGLIMIT_REFUSALS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_user_has_so_many_lines_and_the_rest_is_counted),
		cmocka_unit_test(test_a_quiet_user_starts_anew_after_the_time),
		cmocka_unit_test(test_refusals_do_not_hide_orders),
		cmocka_unit_test(test_more_users_than_places_share_one),
		cmocka_unit_test(test_others_are_limited_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
