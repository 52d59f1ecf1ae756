/* SPDX-License-Identifier: MIT
 * Tests of launcher/chroot/ids.c: which lines of subuid(5) are a user's. */
#include "launcher/chroot/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static int find(const char *text, struct id_range *ret_range)
{
	char *copy = strdup(text);
	FILE *lines = NULL;
	int r = 0;

	assert_non_null(copy);
	lines = fmemopen(copy, strlen(copy), "r");
	assert_non_null(lines);
	r = id_range_find(lines, "alice", 1001, ret_range);
	fclose(lines);
	free(copy);
	return r;
}

static void test_the_largest_range_of_the_user(void **state)
{
	static const struct {
		const char *text;
		struct id_range range;
	} cases[] = {
		{"alice:100000:65536\n", {100000, 65536}},
		{"bob:1:9\nalice:5:7", {5, 7}},
		{"1001:5:7\n", {5, 7}},
		{"alice:5:7\n1001:9:8\nalice:1:2\n", {9, 8}},
		{"alice:x:7\nalice:5:7\n", {5, 7}},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct id_range range = {0};

		assert_int_equal(find(cases[i].text, &range), 0);
		assert_int_equal(range.first, cases[i].range.first);
		assert_int_equal(range.n, cases[i].range.n);
	}
}

static void test_no_range(void **state)
{
	static const char *const texts[] = {"\n", "bob:1:2\n", "alice\n", "alice:5\n",
		"alice:5:0\n", "alice:5:x\n", "alice:5:4294967296\n", "alice:-5:7\n",
		"alice:5:7:9\n", "alic:5:7\n", "alicea:5:7\n", "10010:5:7\n", "::\n", ":5:7\n"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct id_range range = {.first = 1};

		assert_int_equal(find(texts[i], &range), -ENOENT);
		assert_int_equal(range.first, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_largest_range_of_the_user),
		cmocka_unit_test(test_no_range),
	};

	return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
