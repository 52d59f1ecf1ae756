/* SPDX-License-Identifier: MIT
 * Tests of launcher/base/own.c: whose directories and files are believed. */
#include "launcher/base/own.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define ALICE 70001
#define BOB 70002
#define ALICES_GROUP 70001
#define SHARED_GROUP 70009
#define OTHER_GROUP 70010
#define MAX 100

/* Stand-ins for the files of /etc: alice has a group of her own, bob shares his with her. */
struct passwd *getpwuid(uid_t uid)
{
	static char alice[] = "alice", bob[] = "bob";
	static struct passwd user;

	user = (struct passwd){.pw_name = uid == ALICE ? alice : bob,
		.pw_uid = uid,
		.pw_gid = uid == ALICE ? ALICES_GROUP : SHARED_GROUP};
	return uid == ALICE || uid == BOB ? &user : NULL;
}

struct group *getgrgid(gid_t gid)
{
	static char alice[] = "alice", bob[] = "bob";
	static char *nobody[] = {NULL}, *members[] = {alice, NULL};
	static struct group group;

	group = (struct group){.gr_name = gid == ALICES_GROUP ? alice : bob,
		.gr_gid = gid,
		.gr_mem = gid == ALICES_GROUP ? nobody : members};
	return gid == ALICES_GROUP || gid == SHARED_GROUP ? &group : NULL;
}

/* Chown needs root. */
static void need_root(void)
{
	if (geteuid() != 0)
		skip();
}

static void test_by_stat(void **state)
{
	static const struct {
		uid_t owner;
		gid_t group;
		mode_t mode;
		uid_t user;
		bool expected;
	} cases[] = {
		{ALICE, ALICES_GROUP, 0644, ALICE, true},
		{ALICE, ALICES_GROUP, 0664, ALICE, true},
		{ALICE, ALICES_GROUP, 0666, ALICE, false},
		{ALICE, ALICES_GROUP, 0646, ALICE, false},
		{ALICE, OTHER_GROUP, 0664, ALICE, false},
		{ALICE, OTHER_GROUP, 0644, ALICE, true},
		{ALICE, 0, 0664, ALICE, true},
		{0, 0, 0664, ALICE, true},
		{0, 0, 0666, ALICE, false},
		{0, SHARED_GROUP, 0664, ALICE, false},
		{BOB, SHARED_GROUP, 0400, ALICE, false},
		{BOB, SHARED_GROUP, 0644, BOB, true},
		/* He is not alone in the group of his name. */
		{BOB, SHARED_GROUP, 0664, BOB, false},
		/* Root believes nobody else. */
		{ALICE, ALICES_GROUP, 0600, 0, false},
		{BOB, SHARED_GROUP, 0666, OWN_ANYONE, true},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct stat st = {.st_uid = cases[i].owner,
			.st_gid = cases[i].group,
			.st_mode = S_IFREG | cases[i].mode};

		if (own_by_stat(&st, cases[i].user) != cases[i].expected)
			fail_msg("case %zu", i);
	}
}

static void own(const char *path, uid_t owner, mode_t mode)
{
	assert_int_equal(lchown(path, owner, owner == 0 ? 0 : OTHER_GROUP), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* What the two functions that open a directory say of it; empty: it is believed. */
static void expect_directory(const char *path, enum own_privacy privacy, const char *expected)
{
	char *error = NULL;
	int fd = own_directory_open(path, ALICE, privacy, &error);

	if (*expected == '\0' && fd < 0)
		fail_msg("'%s': %s", path, error);
	if (*expected != '\0' && (fd >= 0 || strstr(error, expected) == NULL))
		fail_msg("'%s': %d, %s", path, fd, fd < 0 ? error : "");
	if (fd >= 0)
		close(fd);
	free(error);
}

static void test_directory(void **state)
{
	(void)state;
	need_root();
	assert_int_equal(mkdir("up", 0755) + mkdir("up/vm", 0755) + symlink("up/vm", "link"), 0);
	own(".", ALICE, 0755);
	own("up", ALICE, 0755);
	own("up/vm", ALICE, 0755);
	expect_directory("up/vm", OWN_WRITTEN, "");
	expect_directory("up/vm", OWN_ENTERED, "(owner 'alice', mode 0755)");
	expect_directory("link", OWN_WRITTEN, "cannot open 'link'");
	own("up/vm", ALICE, 0700);
	expect_directory("up/vm", OWN_ENTERED, "");
	own("up/vm", 0, 0700);
	expect_directory("up/vm", OWN_WRITTEN, "");
	expect_directory("up/vm", OWN_ENTERED, "(owner uid 0, mode 0700)");
	own("up/vm", BOB, 0755);
	expect_directory("up/vm", OWN_WRITTEN, "'up/vm' can be changed by others (owner 'bob'");
	own("up/vm", ALICE, 0775);
	expect_directory("up/vm", OWN_WRITTEN, "(owner 'alice', mode 0775)");
	own("up/vm", ALICE, 0755);
	own("up", BOB, 0755);
	expect_directory(
		"up/vm", OWN_WRITTEN, "a directory above 'up/vm' can be changed by others");
	own("up", ALICE, 0777);
	expect_directory("up/vm", OWN_WRITTEN, "mode 0777");
	own("up", 0, 01777);
	expect_directory("up/vm", OWN_WRITTEN, "");
	own("up", BOB, 01777);
	expect_directory("up/vm", OWN_WRITTEN, "(owner 'bob', mode 1777)");
}

static int open_file(const char *name)
{
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fd = own_file_open(here, name, ALICE, MAX);

	close(here);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void test_file(void **state)
{
	(void)state;
	need_root();
	scratch_write("file", "x");
	own("file", ALICE, 0600);
	assert_int_equal(open_file("file"), 0);
	own("file", BOB, 0644);
	assert_int_equal(open_file("file"), -EPERM);
	own("file", ALICE, 0666);
	assert_int_equal(open_file("file"), -EPERM);
	own("file", 0, 0644);
	assert_int_equal(open_file("file"), 0);
	assert_int_equal(symlink("file", "link"), 0);
	assert_int_equal(open_file("link"), -ELOOP);
	assert_int_equal(open_file("missing"), -ENOENT);
	assert_int_equal(open_file("."), -EINVAL);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	own("pipe", ALICE, 0600);
	assert_int_equal(open_file("pipe"), -EINVAL);
	assert_int_equal(truncate("file", MAX), 0);
	assert_int_equal(open_file("file"), 0);
	assert_int_equal(truncate("file", MAX + 1), 0);
	assert_int_equal(open_file("file"), -EFBIG);
}

static void test_json(void **state)
{
	static const struct {
		const char *text;
		int expected;
	} cases[] = {{"{}", 0}, {"[1]", 0}, {"", -EBADMSG}, {"{\"a\":1,\"a\":1}", -EBADMSG}};
	int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		json_t *value = NULL;

		scratch_write("file", cases[i].text);
		assert_int_equal(own_file_json(here, "file", geteuid(), MAX, &value, NULL),
			cases[i].expected);
		json_decref(value);
	}
	close(here);
}

/* Where the way leads for alice: 0, or what own_path_open() returns with a phrase that has these
 * words. */
static void expect_way(void **state, const char *path, int expected, const char *words)
{
	int here = open(*state, O_PATH | O_CLOEXEC), fd = -1;
	char *error = NULL;

	fd = own_path_open(here, path, ALICE, O_RDONLY, &error);
	close(here);
	if ((fd < 0 ? fd : 0) != expected || (fd < 0 && strstr(error, words) == NULL))
		fail_msg("'%s': %d, %s", path, fd, error == NULL ? "" : error);
	if (fd >= 0)
		close(fd);
	free(error);
}

static void test_way(void **state)
{
	char absolute[64] = "";

	need_root();
	snprintf(absolute, sizeof(absolute), "%s/mine", (const char *)*state);
	own(".", 0, 01777);
	assert_int_equal(mkdir("mine", 0755) + mkdir("bobs", 0755) + mkdir("bobs/mine", 0755), 0);
	scratch_write("mine/file", "");
	assert_int_equal(symlink("mine", "relative") + symlink(absolute, "absolute") +
				 symlink("../mine/file", "mine/back") +
				 symlink("../bobs/mine", "mine/through") +
				 symlink("round", "round") + symlink("mine", "his"),
		0);
	own("mine", ALICE, 0755);
	own("bobs/mine", ALICE, 0755);
	own("bobs", BOB, 0755);
	assert_int_equal(lchown("his", BOB, OTHER_GROUP), 0);
	expect_way(state, "mine", 0, "");
	expect_way(state, "mine/file", 0, "");
	expect_way(state, "mine//./../mine/", 0, "");
	expect_way(state, absolute, 0, "");
	expect_way(state, "relative/file", 0, "");
	expect_way(state, "relative/", 0, "");
	expect_way(state, "absolute/file", 0, "");
	expect_way(state, "mine/back", 0, "");
	expect_way(state, "bobs", 0, "");
	expect_way(state, "bobs/mine", -EPERM, "/bobs' can be changed by others (owner 'bob'");
	expect_way(state, "mine/through", -EPERM, "/bobs' can be changed by others");
	expect_way(state, "his/file", -EPERM, "/his' can be changed by others (owner 'bob'");
	expect_way(state, "round", -ELOOP, "Too many levels");
	expect_way(state, "mine/missing", -ENOENT, "No such file");
	expect_way(state, "mine/file/x", -ENOTDIR, "Not a directory");
	own("mine", ALICE, 0757);
	expect_way(state, "mine/back", -EPERM, "/mine' can be changed by others (owner 'alice'");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_by_stat),
		TEST(test_directory),
		TEST(test_file),
		TEST(test_json),
		TEST(test_way),
	};

	return cmocka_run_group_tests_name("own", tests, NULL, NULL);
}
