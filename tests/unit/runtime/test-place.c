/* SPDX-License-Identifier: MIT
 * Tests of launcher/runtime/place.c. */
#include "launcher/runtime/place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "launcher/runtime/runtime.h"
#include "tests/unit/unit.h"

/* The tests are in a scratch directory, whose path is *state. */
static int set_up(void **state)
{
	static char path[] = "/tmp/owvm-test-place-XXXXXX";

	*state = mkdtemp(path);
	return *state == NULL ? -1 : chdir(path);
}

static int tear_down(void **state)
{
	return chdir("/") < 0 ? -1 : rmdir(*state);
}

/* Where VMs would be, with this XDG_RUNTIME_DIR: xdg/owvm first, or only the fall-back. */
static void check_bases(const char *xdg, bool usable)
{
	struct runtime_places places = {.xdg = xdg, .fallback = "/tmp", .uid = geteuid()};
	char *own = text_format("%s/owvm", xdg == NULL ? "" : xdg);
	char *fallback = text_format("/tmp/owvm-%u", (unsigned int)places.uid);
	struct runtime_bases bases = {0};

	runtime_bases_init(&places, &bases);
	assert_int_equal(bases.n, usable ? 2 : 1);
	if (usable)
		assert_string_equal(bases.paths[0], own);
	assert_string_equal(bases.paths[bases.n - 1], fallback);
	runtime_bases_free(&bases);
	free(fallback);
	free(own);
}

static void test_bases(void **state)
{
	const char *top = *state;
	char *xdg = text_format("%s/xdg", top), *link = text_format("%s/link", top);

	assert_int_equal(mkdir(xdg, 0700), 0);
	assert_int_equal(symlink(xdg, link), 0);
	check_bases(xdg, true);
	assert_int_equal(chmod(xdg, 0755), 0);
	check_bases(xdg, true);
	check_bases(NULL, false);
	check_bases("", false);
	check_bases("xdg", false);
	check_bases("/nonexistent", false);
	check_bases("/etc/passwd", false);
	check_bases(link, false);
	/* Somebody else could write there; it is somebody else's. */
	assert_int_equal(chmod(xdg, 0770), 0);
	check_bases(xdg, false);
	assert_int_equal(chmod(xdg, 0707), 0);
	check_bases(xdg, false);
	assert_int_equal(chmod(xdg, 0700), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(xdg, 12345, 12345), 0);
	check_bases(geteuid() == 0 ? xdg : "/root", false);
	assert_int_equal(unlink(link) | rmdir(xdg), 0);
	free(link);
	free(xdg);
}

static void must_fail(const char *path, uid_t uid, int expected, const char *sentence)
{
	char *error = NULL;
	int r = runtime_place_make(path, uid, &error);

	if (r != expected || strstr(error, sentence) == NULL)
		fail_msg("%s: %d, %s", path, r, error);
	free(error);
}

/* A VM of a login that has a directory is found by one that has none. */
static void test_logins(void **state)
{
	char *login = text_format("%s/%u", (char *)*state, (unsigned int)geteuid());
	char *expected = text_format("%s/owvm", login);
	char *squatted = text_format("%s/owvm-%u", (char *)*state, (unsigned int)geteuid());
	struct runtime_places places = {.fallback = "/tmp", .logins = *state, .uid = geteuid()};
	struct runtime_bases bases = {0};

	for (int mode = 0700; mode <= 0770; mode += 070) {
		assert_true(mkdir(login, 0700) == 0 || errno == EEXIST);
		assert_int_equal(chmod(login, (mode_t)mode), 0);
		runtime_bases_init(&places, &bases);
		/* Not where others can write. */
		assert_int_equal(bases.n, mode == 0700 ? 2 : 1);
		if (mode == 0700)
			assert_string_equal(bases.paths[1], expected);
		runtime_bases_free(&bases);
	}
	/* It is the same as the one that the variable names. */
	assert_int_equal(chmod(login, 0700), 0);
	places.xdg = login;
	runtime_bases_init(&places, &bases);
	assert_int_equal(bases.n, 2);
	assert_string_equal(bases.paths[0], expected);
	runtime_bases_free(&bases);
	/* A stranger has made the one in /tmp. */
	assert_int_equal(mkdir(squatted, 0777) + chmod(squatted, 0777), 0);
	places.xdg = NULL;
	places.fallback = *state;
	runtime_bases_init(&places, &bases);
	assert_string_equal(bases.paths[0], expected);
	assert_string_equal(bases.paths[1], squatted);
	runtime_bases_free(&bases);
	assert_int_equal(rmdir(squatted) + rmdir(login), 0);
	free(squatted);
	free(expected);
	free(login);
}

static void test_make(void **state)
{
	char *error = NULL;
	struct stat st = {0};

	(void)state;
	assert_int_equal(runtime_place_make("base", geteuid(), &error), 0);
	assert_int_equal(runtime_place_make("base", geteuid(), &error), 0);
	assert_int_equal(stat("base", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(rmdir("base"), 0);
	must_fail("no/base", geteuid(), -ENOENT, "no directory for runtime files: cannot make");
}

/* What another user, or an attacker, may have put there before. */
static void test_make_not_ours(void **state)
{
	uid_t uid = geteuid();

	(void)state;
	assert_int_equal(mkdir("base", 0700), 0);
	must_fail("base", uid + 1, -EPERM, "'base' is not for you alone (owner");
	for (mode_t bit = 1; bit < 0100; bit <<= 1) {
		assert_int_equal(chmod("base", 0700 | bit), 0);
		must_fail("base", uid, -EPERM, "remove it, or set XDG_RUNTIME_DIR");
	}
	assert_int_equal(chmod("base", 0700), 0);
	assert_int_equal(symlink("base", "link"), 0);
	must_fail("link", uid, -ENOTDIR, "'link' is not a directory; remove it, or");
	close(open("file", O_CREAT | O_WRONLY | O_CLOEXEC, 0700));
	must_fail("file", uid, -ENOTDIR, "'file' is not a directory");
	assert_int_equal(unlink("file") | unlink("link") | rmdir("base"), 0);
}

/* Open the VM's directory "vm" in the first place. Returns 0 or -errno. */
static int enter(const struct runtime_bases *bases, bool make, const char *sentence)
{
	char *path = NULL, *error = NULL;
	int fd = runtime_entry_open(bases, 0, "vm", make, &path, &error);

	if (sentence != NULL && (error == NULL || strstr(error, sentence) == NULL))
		fail_msg("%d, %s", fd, error);
	free(path);
	free(error);
	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

static void test_entries(void **state)
{
	char *xdg = text_format("%s/xdg", (char *)*state), *owvm = text_format("%s/owvm", xdg);
	char *vm = text_format("%s/vm", owvm);
	struct runtime_places places = {.xdg = xdg, .fallback = *state, .uid = geteuid()};
	struct runtime_bases bases = {0};

	assert_int_equal(mkdir(xdg, 0700) | mkdir(owvm, 0700), 0);
	runtime_bases_init(&places, &bases);
	runtime_bases_open(&bases);
	assert_true(bases.n == 2 && bases.fds[0] >= 0 && bases.fds[1] == -ENOENT);
	assert_null(bases.problem);
	assert_int_equal(enter(&bases, false, NULL), -ENOENT);
	assert_int_equal(enter(&bases, true, NULL), 0);
	assert_int_equal(enter(&bases, true, NULL), 0);
	for (mode_t bit = 1; bit < 0100; bit <<= 1) {
		/* Whether a group that may write counts as others is its matter. */
		const char *words = bit == S_IWOTH   ? "/vm' can be changed by others (owner '"
				    : bit == S_IWGRP ? " (owner '"
						     : "/vm' is not for you alone (owner '";

		assert_int_equal(chmod(vm, 0700 | bit), 0);
		assert_int_equal(enter(&bases, true, words), -EPERM);
	}
	assert_int_equal(rmdir(vm) | symlink(xdg, vm), 0);
	assert_int_equal(enter(&bases, true, "/vm' is no directory (owner '"), -ENOTDIR);
	assert_int_equal(unlink(vm) | mkfifo(vm, 0600), 0);
	assert_int_equal(enter(&bases, false, "/vm' is no directory (owner '"), -ENOTDIR);
	/* Another directory takes its name: nothing of it is seen. */
	assert_int_equal(
		unlink(vm) | rename(owvm, "moved") | mkdir(owvm, 0700) | mkdir(vm, 0700), 0);
	assert_int_equal(enter(&bases, false, NULL), -ENOENT);
	runtime_bases_free(&bases);
	assert_int_equal(rmdir(vm) | rmdir(owvm) | rmdir("moved") | rmdir(xdg), 0);
	free(vm);
	free(owvm);
	free(xdg);
}

/* Why the first place is not opened. */
static void must_be_left_out(const struct runtime_places *places, const char *sentence)
{
	struct runtime_bases bases = {0};

	runtime_bases_init(places, &bases);
	runtime_bases_open(&bases);
	if (bases.fds[0] >= 0 || bases.problem == NULL || strstr(bases.problem, sentence) == NULL)
		fail_msg("%d, %s", bases.fds[0], bases.problem);
	runtime_bases_free(&bases);
}

static void test_places_of_others(void **state)
{
	char *xdg = text_format("%s/xdg", (char *)*state), *owvm = text_format("%s/owvm", xdg);
	char *way = text_format("%s/way/xdg", (char *)*state);
	struct runtime_places places = {.xdg = xdg, .fallback = "/tmp", .uid = geteuid()};

	assert_int_equal(mkdir(xdg, 0700) | mkdir(owvm, 0750), 0);
	must_be_left_out(&places, "/owvm' is not for you alone (owner '");
	assert_int_equal(rmdir(owvm) | symlink("/", owvm), 0);
	must_be_left_out(&places, "/owvm' is no directory (owner '");
	assert_int_equal(unlink(owvm) | mkdir(owvm, 0700), 0);
	/* By a link of another user's, which he may turn at any time. */
	if (geteuid() == 0) {
		assert_int_equal(symlink(".", "way") | lchown("way", 12345, 12345), 0);
		places.xdg = way;
		must_be_left_out(&places, "/way' can be changed by others (owner uid 12345");
		assert_int_equal(unlink("way"), 0);
	}
	assert_int_equal(rmdir(owvm) | rmdir(xdg), 0);
	free(way);
	free(owvm);
	free(xdg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_places_of_others),
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_make),
		cmocka_unit_test(test_make_not_ours),
	};

	return cmocka_run_group_tests_name("runtime-place", tests, set_up, tear_down);
}
