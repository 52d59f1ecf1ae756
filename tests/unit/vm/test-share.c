/* SPDX-License-Identifier: MIT
 * Tests of launcher/vm/share.c and launcher/host/share-check.c. */
#include "launcher/vm/share.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/host/share-check.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define ORDINARY 12345 /* uid: root may read and write everything */

static void test_parse_valid(void **state)
{
	static const struct {
		const char *text, *path, *tag;
		enum share_mode mode;
		bool readonly;
	} cases[] = {
		{"/srv", "/srv", "hostshare", SHARE_MAPPED, false},
		{"/srv:data", "/srv", "data", SHARE_MAPPED, false},
		{"/a:b/c", "/a:b/c", "hostshare", SHARE_MAPPED, false},
		{"/a:b/", "/a:b/", "hostshare", SHARE_MAPPED, false},
		{"/a:b:c", "/a:b", "c", SHARE_MAPPED, false},
		{"x,,y", "x,y", "hostshare", SHARE_MAPPED, false},
		{"x,,y:t,ro", "x,y", "t", SHARE_MAPPED, true},
		{"/srv,shared", "/srv", "hostshare", SHARE_SHARED, false},
		{"/srv:d,ro,shared", "/srv", "d", SHARE_SHARED, true},
		{"/srv:d,shared,mapped", "/srv", "d", SHARE_MAPPED, false},
		{".", ".", "hostshare", SHARE_MAPPED, false},
		{"/t:1234567890123456789012345678901", "/t", "1234567890123456789012345678901",
			SHARE_MAPPED, false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct share share = {0};
		char *error = NULL;

		assert_int_equal(share_parse(cases[i].text, &share, &error), 0);
		assert_null(error);
		assert_string_equal(share.path, cases[i].path);
		assert_string_equal(share.tag, cases[i].tag);
		assert_int_equal(share.mode, cases[i].mode);
		assert_int_equal(share.readonly, cases[i].readonly);
		share_free(&share);
		share_free(&share);
	}
}

static void test_parse_invalid(void **state)
{
	static const struct {
		const char *text, *sentence;
	} cases[] = {
		{"", "a share needs a path"},
		{":tag", "a share needs a path"},
		{",ro", "a share needs a path"},
		{"/tmp:", "share '/tmp': the tag '' is not 1-31"},
		{"/tmp:a b", "the tag 'a b' is not"},
		{"/tmp:a,,b", "the tag 'a,b' is not"},
		{"/tmp:12345678901234567890123456789012", "is not 1-31 letters"},
		{"/tmp,rw", "share '/tmp': 'rw' is none of mapped, shared and ro"},
		{"/tmp:tag,readonly", "'readonly' is none of"},
		{"/tmp,ro,", NULL},
		{"/tmp, ro", "' ro' is none of"},
		{"/tmp,ro,,mapped", "'' is none of"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct share share = {0};
		char *error = NULL;
		int r = share_parse(cases[i].text, &share, &error);

		if (cases[i].sentence == NULL) {
			assert_int_equal(r, 0);
			share_free(&share);
			continue;
		}
		if (r != -EINVAL || strstr(error, cases[i].sentence) == NULL)
			fail_msg("'%s': %d, %s", cases[i].text, r, error);
		assert_null(share.path);
		free(error);
	}
}

static void test_plan(void **state)
{
	static const struct {
		const char *text, *fsdev, *device, *mount;
	} cases[] = {
		{"/a,,b",
			"local,id=share3,security_model=mapped-xattr,fmode=0600,dmode=0700,multidevs=remap,path=/a,,b",
			"virtio-9p-pci,fsdev=share3,mount_tag=hostshare",
			"mkdir -p /mnt/hostshare && mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 hostshare /mnt/hostshare"},
		{"/a:t,shared,ro",
			"local,id=share3,security_model=none,multidevs=remap,readonly=on,path=/a",
			"virtio-9p-pci,fsdev=share3,mount_tag=t",
			"mkdir -p /mnt/t && mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000 t /mnt/t"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct share share = {0};
		char *error = NULL, *fsdev = NULL, *device = NULL, *mount = NULL;

		assert_int_equal(share_parse(cases[i].text, &share, &error), 0);
		share_plan(&share, 3, &fsdev, &device);
		mount = share_mount_line(&share);
		assert_string_equal(fsdev, cases[i].fsdev);
		assert_string_equal(device, cases[i].device);
		assert_string_equal(mount, cases[i].mount);
		free(fsdev);
		free(device);
		free(mount);
		share_free(&share);
	}
}

static void check(const char *text, int expected, const char *sentence)
{
	struct share share = {0};
	char *error = NULL;
	int r = 0;

	assert_int_equal(share_parse(text, &share, &error), 0);
	r = share_check(&share, &error);
	if (r != expected || (r < 0 && strstr(error, sentence) == NULL))
		fail_msg("'%s': %d, %s", text, r, error);
	free(error);
	share_free(&share);
}

static void test_check(void **state)
{
	unsigned int fds = unit_count_fds();

	(void)state;
	assert_int_equal(mkdir("good", 0700) | mkdir("fixed", 0500) | mkdir("locked", 0000), 0);
	close(open("file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	if (getuid() == 0) {
		assert_int_equal(chown("good", ORDINARY, ORDINARY), 0);
		assert_int_equal(chown("fixed", ORDINARY, ORDINARY), 0);
		assert_int_equal(setresuid(ORDINARY, ORDINARY, 0), 0);
	}
	check("missing", -ENOENT, "share 'missing': No such file");
	check("file", -ENOTDIR, "share 'file' is not a directory");
	check("locked,ro", -EACCES, "share 'locked' cannot be read by you: Permission denied");
	check("locked/below,ro", -EACCES, "share 'locked/below' cannot be read by you: Perm");
	check("fixed", -EACCES, "cannot be written by you: Permission denied; with ',ro' the");
	check("fixed,shared", -EACCES, "cannot be written by you");
	check("fixed,ro", 0, "");
	check("good,shared", 0, "");
	check("good", 0, "");
	/* No user attributes, and nothing can be made there, not even by root. */
	check("/proc/self,ro", 0, "");
	if (setresuid(-1u, 0, -1u) == 0)
		assert_int_equal(setresuid(0, 0, 0), 0);
	/* The trial left nothing. */
	assert_int_equal(rmdir("good") | rmdir("fixed") | rmdir("locked") | unlink("file"), 0);
	assert_int_equal(unit_count_fds(), fds);
}

static void test_check_colon(void **state)
{
	(void)state;
	assert_int_equal(mkdir("colon:name", 0755), 0);
	check("colon:name,ro", -ENOENT,
		"share 'colon': No such file or directory; for the directory 'colon:name' give its tag too, as in 'colon:name:hostshare'");
	check("colon:name/,ro", 0, "");
	check("colon:name:tag,ro", 0, "");
	assert_int_equal(rmdir("colon:name"), 0);
}

static void assert_link(const char *text, const char *expected)
{
	struct share share = {0};
	char *error = NULL, *found = NULL;

	assert_int_equal(share_parse(text, &share, &error), 0);
	found = share_find_link(&share);
	if (expected == NULL)
		assert_null(found);
	else
		assert_string_equal(found, expected);
	free(found);
	share_free(&share);
}

static void test_find_link(void **state)
{
	enum { MANY = 1100 }; /* more than are looked at */
	char name[32] = "";

	(void)state;
	assert_int_equal(mkdir("top", 0700) | mkdir("top/a", 0700) | mkdir("top/a/b", 0700), 0);
	close(open("top/file", O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	assert_link("top", NULL);
	assert_int_equal(symlink("none", "top/a/b/deep"), 0);
	assert_link("top", "top/a/b/deep");
	/* One at the top comes first, and a directory that is huge hides none there. */
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "top/a/b/%d", i);
		close(open(name, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	}
	assert_int_equal(symlink("a", "top/link"), 0);
	assert_link("top", "top/link");
	assert_link("top,ro", "top/link");
	assert_link("top,shared", NULL);
	assert_link("missing", NULL);
	assert_int_equal(scratch_remove("top"), 0);
}

static int set_up(void **state)
{
	return scratch_set_up(state) < 0 ? -1 : chmod(".", 0755);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_valid),
		cmocka_unit_test(test_parse_invalid),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_check_colon),
		cmocka_unit_test(test_find_link),
	};

	return cmocka_run_group_tests_name("share", tests, set_up, scratch_tear_down_empty);
}
