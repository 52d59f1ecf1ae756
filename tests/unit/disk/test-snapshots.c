/* SPDX-License-Identifier: MIT
 * Tests of launcher/disk/snapshots.c: which files are a list of snapshots. */
#include "launcher/disk/snapshots.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static struct vmdir place = VMDIR_NONE;

static int set_up(void **state)
{
	char *error = NULL;

	return scratch_set_up(state) < 0 ? -1 : vmdir_open(*state, false, &place, &error);
}

static int tear_down(void **state)
{
	vmdir_close(&place);
	return scratch_tear_down(state);
}

/* Of files that owrun did not write none is "no snapshots". */
static void test_damaged_list(void **state)
{
	static const struct {
		const char *text, *sentence;
	} rows[] = {
		{"", "line 1: "},
		{"[\n{\n", "line 3: "},
		{"{}", "it is no list"},
		{"[{}]", "snapshot 1 has no label"},
		{"[{'label': '../x', 'time': 1, 'disks': []}]", "snapshot 1 has no label"},
		{"[{'label': 'a', 'time': 1, 'disks': ['/a']}, {'label': 'a'}]",
			"snapshot 2 has the label of another"},
		{"[{'label': 'a', 'disks': []}]", "snapshot 1 has no time"},
		{"[{'label': 'a', 'time': 1, 'disks': [1]}]", "does not tell its disks"},
		{"[{'label': 'a', 'time': 1, 'disks': ['/a'], 'files': ['../b']}]",
			"does not tell its files"},
		{"[{'label': 'a', 'time': 1, 'disks': ['/a'], 'files': []}]",
			"does not tell its files"},
	};
	char *error = NULL;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		char *text = strdup(rows[i].text);
		json_t *array = NULL;

		for (char *c = strchr(text, '\''); c != NULL; c = strchr(c, '\''))
			*c = '"';
		scratch_write("snapshots.json", text);
		assert_int_equal(snapshots_read(&place, &array, &error), -EINVAL);
		assert_null(array);
		assert_non_null(strstr(error, "/snapshots.json': "));
		assert_non_null(strstr(error, rows[i].sentence));
		free(text);
	}
	free(error);
}

/* No file is no snapshot; a directory in its place is an error. */
static void test_none(void **state)
{
	json_t *array = NULL;
	char *error = NULL;

	(void)state;
	assert_int_equal(snapshots_read(&place, &array, &error), 0);
	assert_int_equal(json_array_size(array), 0);
	json_decref(array);
	scratch_write("snapshots.json/x", "");
	assert_int_equal(snapshots_read(&place, &array, &error), -EINVAL);
	free(error);
}

/* What an older owrun wrote tells no files. */
static void test_older_list(void **state)
{
	json_t *array = NULL;
	char *error = NULL, *path = NULL;

	(void)state;
	scratch_write("snapshots.json", "[{\"label\": \"a\", \"time\": 1, \"disks\": [\"/a\"]}]");
	assert_int_equal(snapshots_read(&place, &array, &error), 0);
	path = snapshots_file("/d", array, 0, 0);
	assert_string_equal(path, "/d/a.disk0.qcow2");
	assert_null(snapshots_file("/d", array, 0, 1));
	free(path);
	json_decref(array);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_damaged_list),
		TEST(test_none),
		TEST(test_older_list),
	};

	return cmocka_run_group_tests_name("snapshots", tests, NULL, NULL);
}
