/* SPDX-License-Identifier: MIT
 * Tests of launcher/netd-client/group.c. */
#include "launcher/netd-client/group.h"

#include <grp.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static const gid_t now[] = {100, 20, 4711}, later[] = {100, 20, 30};

static void test_compare(void **state)
{
	(void)state;
	assert_int_equal(group_compare(100, now, 3, later, 3), GROUP_MEMBER);
	/* Taken out of the group since: this login still is in it. */
	assert_int_equal(group_compare(4711, now, 3, later, 3), GROUP_MEMBER);
	assert_int_equal(group_compare(30, now, 3, later, 3), GROUP_LATER);
	assert_int_equal(group_compare(31, now, 3, later, 3), GROUP_OUTSIDE);
	assert_int_equal(group_compare(30, now, 0, later, 0), GROUP_OUTSIDE);
}

static void test_standing_missing(void **state)
{
	(void)state;
	assert_int_equal(group_standing("no-such-group-here"), GROUP_MISSING);
}

static void test_standing_member(void **state)
{
	const struct group *own = getgrgid(getegid());

	(void)state;
	/* The tests may run as somebody whom the group database does not know. */
	if (own == NULL)
		skip();
	assert_int_equal(group_standing(own->gr_name), GROUP_MEMBER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_standing_missing),
		cmocka_unit_test(test_standing_member),
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
