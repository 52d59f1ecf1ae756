/* SPDX-License-Identifier: MIT
 * Tests of launcher/backing.c, with images of the real qemu-img. */
#include "launcher/backing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/text.h"
#include "launcher/tool.h"
#include "tests/unit/unit.h"

static void create(
	const char *format, const char *below, const char *below_format, const char *path)
{
	char *error = NULL;
	char *const based[] = {"qemu-img", "create", "-q", "-f", (char *)(uintptr_t)format, "-b",
		(char *)(uintptr_t)below, "-F", (char *)(uintptr_t)below_format,
		(char *)(uintptr_t)path, NULL};
	char *const plain[] = {"qemu-img", "create", "-q", "-f", (char *)(uintptr_t)format,
		(char *)(uintptr_t)path, "1M", NULL};

	assert_int_equal(tool_run(below == NULL ? plain : based, 20000, NULL, &error), 0);
}

static void test_chain(void **state)
{
	char *paths[BACKING_MAX] = {NULL};

	(void)state;
	create("raw", NULL, NULL, "base.img");
	create("qcow2", "base.img", "raw", "a.qcow2");
	create("qcow2", "a.qcow2", "qcow2", "b.qcow2");
	assert_int_equal(backing_files("./b.qcow2", paths), 2);
	assert_string_equal(paths[0], "./a.qcow2");
	assert_string_equal(paths[1], "./base.img");
	free(paths[0]);
	free(paths[1]);
	assert_int_equal(backing_files("./base.img", paths), 0);
	assert_int_equal(backing_files("./none", paths), 0);
}

/* A guest that owns the raw file writes a header into it that names another file. */
static void test_raw_names_nothing(void **state)
{
	char *paths[BACKING_MAX] = {NULL};

	(void)state;
	create("raw", NULL, NULL, "secret");
	create("qcow2", "secret", "raw", "forged.img");
	create("qcow2", "forged.img", "raw", "above.qcow2");
	assert_int_equal(backing_files("./above.qcow2", paths), 1);
	assert_string_equal(paths[0], "./forged.img");
	free(paths[0]);
}

/* A chain that goes round ends. */
static void test_loop(void **state)
{
	char *paths[BACKING_MAX] = {NULL};

	(void)state;
	create("qcow2", NULL, NULL, "x.qcow2");
	create("qcow2", "x.qcow2", "qcow2", "y.qcow2");
	assert_int_equal(rename("y.qcow2", "x.qcow2"), 0);
	assert_int_equal(backing_files("./x.qcow2", paths), BACKING_MAX);
	for (size_t i = 0; i < BACKING_MAX; i++)
		free(paths[i]);
}

static int enter(void **state)
{
	char path[] = "/tmp/owvm-test-backing-XXXXXX";

	if (mkdtemp(path) == NULL)
		return -1;
	*state = strdup(path);
	return chdir(path);
}

static int leave(void **state)
{
	static const char *const made[] = {
		"base.img", "a.qcow2", "b.qcow2", "secret", "forged.img", "above.qcow2", "x.qcow2"};
	int r = 0;

	for (size_t i = 0; i < UNIT_COUNT(made); i++)
		(void)unlink(made[i]);
	r = chdir("/") < 0 ? -1 : rmdir(*state);
	free(*state);
	return r;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_raw_names_nothing),
		cmocka_unit_test(test_loop),
	};

	return cmocka_run_group_tests_name("backing", tests, enter, leave);
}
