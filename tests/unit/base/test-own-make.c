/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/own.c: directories that are made, and the command that mends them. */
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

/* Chown needs root. */
static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void give(const char *path, uid_t owner, mode_t mode)
{
	assert_int_equal(lchown(path, owner, owner), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* What is missing is made for the user alone, unless others could change what leads there. */
static void test_make(void **state)
{
	char path[64] = "", *error = NULL;
	struct stat st = {0};
	bool made = false;
	int fd = -1;

	need_root();
	umask(0);
	give(".", 0, 01777);
	assert_int_equal(mkdir("there", 0755) + mkdir("bobs", 0777), 0);
	give("bobs", BOB, 0777);
	snprintf(path, sizeof(path), "%s/there/a/b", (const char *)*state);
	for (int i = 0; i < 2; i++) {
		fd = own_directory_make(path, 0, &made, &error);
		assert_true(fd >= 0 && made == (i == 0));
		close(fd);
	}
	assert_int_equal(stat("there/a/b", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat("there/a", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	snprintf(path, sizeof(path), "%s/bobs/a", (const char *)*state);
	assert_int_equal(own_directory_make(path, 0, NULL, &error), -EPERM);
	assert_non_null(
		strstr(error, "/bobs' can be changed by others (owner uid 70002, mode 0777)"));
	assert_int_equal(access("bobs/a", F_OK), -1);
	scratch_write("file", "");
	snprintf(path, sizeof(path), "%s/file/a", (const char *)*state);
	assert_int_equal(own_directory_make(path, 0, NULL, &error), -ENOTDIR);
	assert_non_null(strstr(error, "/file/a': Not a directory"));
	free(error);
}

/* Whose command it would be, and what it would have to be. */
static void test_mend(void **state)
{
	char path[64] = "", *text = NULL;

	need_root();
	give(".", ALICE, 0755);
	assert_int_equal(mkdir("up", 0777) + mkdir("up/vm", 0755), 0);
	give("up/vm", ALICE, 0777);
	give("up", ALICE, 01777);
	snprintf(path, sizeof(path), "%s/up/vm", (const char *)*state);
	text = own_mend(path, ALICE);
	assert_non_null(strstr(text, "; 'chmod go-w /"));
	assert_non_null(strstr(text, "/up/vm' mends it"));
	free(text);
	give("up", ALICE, 0777);
	text = own_mend(path, ALICE);
	assert_non_null(strstr(text, "/up' mends it"));
	free(text);
	give("up", BOB, 0755);
	text = own_mend(path, ALICE);
	assert_string_equal(text, "");
	free(text);
	/* Whoever unpacked it did not choose that name. */
	assert_int_equal(mkdir("$(touch x); y", 0777), 0);
	give("$(touch x); y", ALICE, 0777);
	snprintf(path, sizeof(path), "%s/$(touch x); y", (const char *)*state);
	text = own_mend(path, ALICE);
	assert_non_null(strstr(text, "; 'chmod go-w '/"));
	assert_non_null(strstr(text, "/$(touch x); y'' mends it"));
	free(text);
}

/* Whoever obeyed would change what another user's symlink names, which mends nothing. */
static void test_mend_strangers_symlink(void **state)
{
	char path[64] = "", *text = NULL;

	need_root();
	snprintf(path, sizeof(path), "%s/link", (const char *)*state);
	give(".", ALICE, 01777);
	assert_int_equal(mkdir("own", 0777) + symlink("own", "link"), 0);
	give("own", ALICE, 0777);
	assert_int_equal(lchown("link", ALICE, ALICE), 0);
	text = own_mend_command(path, ALICE);
	assert_non_null(text);
	assert_non_null(strstr(text, "/link"));
	free(text);
	assert_int_equal(lchown("link", BOB, BOB), 0);
	assert_null(own_mend_command(path, ALICE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_make),
		TEST(test_mend),
		TEST(test_mend_strangers_symlink),
	};

	return cmocka_run_group_tests_name("own-make", tests, NULL, NULL);
}
