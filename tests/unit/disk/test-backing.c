/* SPDX-License-Identifier: MIT
 * Tests of launcher/disk/backing.c and launcher/disk/backing-notes.c, with images of the real
 * qemu-img. */
#include "launcher/disk/backing-notes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "tests/unit/unit-scratch.h"
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

	assert_int_equal(tool_run(below == NULL ? plain : based, -1, 20000, NULL, &error), 0);
}

/* Check the paths below an image, in order, and whether the last is known to be the last. */
static void check(const char *image, const char *const *paths, size_t n, bool ends)
{
	struct backing_chain chain = {0};
	char *error = NULL;

	assert_int_equal(backing_follow(image, &chain, &error), 0);
	assert_int_equal(chain.n, n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(chain.items[i].path, paths[i]);
	assert_int_equal(chain.ends, ends);
	backing_chain_free(&chain);
}

static void test_chain(void **state)
{
	(void)state;
	create("raw", NULL, NULL, "base.img");
	create("qcow2", "base.img", "raw", "a.qcow2");
	create("qcow2", "a.qcow2", "qcow2", "b.qcow2");
	check("./b.qcow2", (const char *const[]){"./a.qcow2", "./base.img"}, 2, false);
	check("./base.img", NULL, 0, false);
	check("./none", NULL, 0, false);
	create("qcow2", NULL, NULL, "x.qcow2");
	check("x.qcow2", NULL, 0, true);
}

/* A guest that owns the raw file writes a header into it that names another file. */
static void test_raw_names_nothing(void **state)
{
	(void)state;
	create("raw", NULL, NULL, "secret");
	create("qcow2", "secret", "raw", "forged.img");
	create("qcow2", "forged.img", "raw", "above.qcow2");
	check("./above.qcow2", (const char *const[]){"./forged.img"}, 1, false);
}

/* A chain that goes round is refused. */
static void test_loop(void **state)
{
	struct backing_chain chain = {0};
	char *error = NULL;

	(void)state;
	create("qcow2", NULL, NULL, "x.qcow2");
	create("qcow2", "x.qcow2", "qcow2", "y.qcow2");
	assert_int_equal(rename("y.qcow2", "x.qcow2"), 0);
	assert_int_equal(backing_follow("./x.qcow2", &chain, &error), -ELOOP);
	assert_non_null(strstr(error, "or they go round"));
	backing_chain_free(&chain);
	free(error);
}

/* What an image says is noted at first sight, and a change is told, also where only the format of
 * the file below is another. */
static void test_notes(void **state)
{
	char *error = NULL;
	struct backing_chain chain = {0};
	char *const rebase[] = {
		"qemu-img", "rebase", "-u", "-b", "secret", "-F", "raw", "x.qcow2", NULL};
	char *const same_raw[] = {
		"qemu-img", "rebase", "-u", "-b", "secret", "-F", "qcow2", "x.qcow2", NULL};

	assert_int_equal(setenv("XDG_DATA_HOME", *state, 1), 0);
	create("raw", NULL, NULL, "secret");
	create("qcow2", NULL, NULL, "x.qcow2");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(backing_notes_check("x.qcow2", false, &chain, &error), 0);
		backing_chain_free(&chain);
	}
	assert_int_equal(tool_run(rebase, -1, 20000, NULL, &error), 0);
	assert_int_equal(backing_notes_check("x.qcow2", false, &chain, &error), -EPERM);
	assert_non_null(strstr(error, "/x.qcow2' has 'raw:secret' below it now, and had 'none'"));
	backing_chain_free(&chain);
	assert_int_equal(backing_notes_check("x.qcow2", true, &chain, &error), 0);
	backing_chain_free(&chain);
	assert_int_equal(backing_notes_check("./x.qcow2", false, &chain, &error), 0);
	backing_chain_free(&chain);
	assert_int_equal(tool_run(same_raw, -1, 20000, NULL, &error), 0);
	assert_int_equal(backing_notes_check("x.qcow2", false, &chain, &error), -EPERM);
	backing_chain_free(&chain);
	backing_notes_made("x.qcow2");
	assert_int_equal(backing_notes_check("x.qcow2", false, &chain, &error), 0);
	backing_chain_free(&chain);
	free(error);
}

/* Notes that cannot be read are no notes that are not there. */
static void test_damaged_notes(void **state)
{
	static const char *const texts[] = {"", "{\n\"/x\": 1}", "[]", "{\n\"/x\": "};
	char *error = NULL;

	assert_int_equal(setenv("XDG_DATA_HOME", *state, 1), 0);
	create("qcow2", NULL, NULL, "x.qcow2");
	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		struct backing_chain chain = {0};

		scratch_write("owvm/.backing.json", texts[i]);
		assert_int_equal(backing_notes_check("x.qcow2", false, &chain, &error), -EINVAL);
		assert_non_null(strstr(error, "/owvm/.backing.json', which tells"));
		backing_chain_free(&chain);
	}
	free(error);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_chain),
		TEST(test_raw_names_nothing),
		TEST(test_loop),
		TEST(test_notes),
		TEST(test_damaged_notes),
	};

	return cmocka_run_group_tests_name("backing", tests, NULL, NULL);
}
