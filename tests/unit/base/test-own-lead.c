/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/own.c: symlinks of others on the way to what a VM is given. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/own.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define ALICE 70001
#define BOB 70002

/* What a symlink of bob's leads to has to be bob's. */
static void test_lead(void **state)
{
	static const struct {
		const char *path;
		int expected;
	} rows[] = {
		{"alices", 0},
		{"alices/file", 0},
		{"bobs/to-bobs", 0},
		{"bobs/to-alices", -EPERM},
		{"bobs/up/alices/file", -EPERM},
		{"bobs/to-nothing", -EPERM},
		{"alices/to-bobs", 0},
		{"missing", 0},
	};

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir("alices", 0755) + mkdir("bobs", 0755), 0);
	scratch_write("alices/file", "");
	scratch_write("bobs/file", "");
	assert_int_equal(symlink("file", "bobs/to-bobs") +
				 symlink("../alices/file", "bobs/to-alices") +
				 symlink("..", "bobs/up") + symlink("x", "bobs/to-nothing") +
				 symlink("../bobs/file", "alices/to-bobs"),
		0);
	assert_int_equal(chown("alices/file", ALICE, 0), 0);
	assert_int_equal(chown("bobs/file", BOB, 0), 0);
	for (size_t i = 2; i < 6; i++)
		assert_int_equal(lchown(i == 4 ? "bobs/up" : rows[i].path, BOB, 0), 0);
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char *error = NULL;
		int r = own_lead_check(rows[i].path, ALICE, &error);

		if (r != rows[i].expected || (r < 0 && strstr(error, "of uid 70002, who") == NULL))
			fail_msg("'%s': %d, %s", rows[i].path, r, error == NULL ? "" : error);
		free(error);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lead),
	};

	return cmocka_run_group_tests_name("own-lead", tests, NULL, NULL);
}
