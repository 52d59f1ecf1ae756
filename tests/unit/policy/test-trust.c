/* SPDX-License-Identifier: MIT
 * Tests of policy/policy-trust.c through the loader: whose files, with which modes, of which kind.
 * A file that can have been written by anybody but its owner breaks the policy. */
#include "policy/policy-trust.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/policy/unit-files.h"
#include "tests/unit/policy/unit-policy.h"
#include "tests/unit/unit.h"

#define CHMOD " is writable by others than its owner: take that away with 'chmod go-w'\n"

static void test_file_modes(void **state)
{
	static const char *const names[] = {"policy.conf", "policy.d/a.conf", "subuid"};
	struct unit_files *files = unit_files(state);

	unit_files_write(files, "policy.d/a.conf", "");
	unit_files_write(files, "subuid", "");
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		for (mode_t mode = 0; mode <= 0777; mode++) {
			char error[256] = "";

			if ((mode & 0400) == 0) /* test_unreadable() */
				continue;
			unit_files_chmod(files, names[i], mode);
			if (mode & 022)
				snprintf(error, sizeof(error), "@/%s: '@/%s'" CHMOD, names[i],
					names[i]);
			unit_files_assert(files, error);
		}
		unit_files_chmod(files, names[i], 0644);
	}
}

/* A sticky bit makes no directory better. */
static void test_directory_modes(void **state)
{
	static const mode_t bad[] = {0775, 0757, 0777, 01777, 01775, 02775, 0720, 0702};
	static const mode_t good[] = {0755, 0711, 0700, 0750, 0555, 01755, 02755};
	struct unit_files *files = unit_files(state);

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		unit_files_chmod(files, "policy.d", bad[i]);
		unit_files_assert(files, "@/policy.d: '@/policy.d'" CHMOD);
		unit_files_chmod(files, "policy.d", 0755);
		unit_files_chmod(files, ".", bad[i]);
		unit_files_assert(files,
			"@/policy.conf: '@'" CHMOD "@/policy.d: '@'" CHMOD "@/subuid: '@'" CHMOD);
		unit_files_chmod(files, ".", 0755);
	}
	for (size_t i = 0; i < UNIT_COUNT(good); i++) {
		unit_files_chmod(files, "policy.d", good[i]);
		unit_files_chmod(files, ".", good[i]);
		unit_files_assert(files, "");
	}
	unit_files_chmod(files, ".", 0755);
}

/* /tmp is no place for a policy, however careful its files are. */
static void test_sticky_parent(void **state)
{
	struct stat st = {0};
	struct policy_paths paths = {.main = "/tmp/owvm-none/policy.conf",
		.directory = "/tmp/owvm-none/policy.d",
		.subuid = "/tmp/owvm-none/subuid"};
	struct policy *policy = NULL;
	char *errors = NULL;

	(void)state;
	if (stat("/tmp", &st) < 0 || st.st_uid != 0 || (st.st_mode & 07777) != 01777) {
		print_message("skipped: /tmp is not as usual\n");
		skip();
	}
	policy = policy_load(&paths);
	errors = unit_policy_errors(policy);
	assert_string_equal(errors,
		"/tmp/owvm-none/policy.conf: '/tmp'" CHMOD "/tmp/owvm-none/policy.d: '/tmp'" CHMOD
		"/tmp/owvm-none/subuid: '/tmp'" CHMOD);
	free(errors);
	policy_free(policy);
}

/* Somebody else's: a file that is good but for its owner. */
static void test_owner_wanted(void **state)
{
	struct unit_files *files = unit_files(state);
	struct policy *policy = NULL;
	char *errors = NULL, wanted[128] = "";

	files->paths.owner = geteuid() + 4242;
	policy = policy_load(&files->paths);
	errors = unit_policy_errors(policy);
	snprintf(wanted, sizeof(wanted), "belongs to uid %u, and must belong to uid %u\n",
		geteuid(), geteuid() + 4242);
	assert_non_null(strstr(errors, wanted));
	assert_non_null(policy_broken_at(policy));
	free(errors);
	policy_free(policy);
}

static void test_owner_each(void **state)
{
	static const char *const names[] = {"policy.conf", "policy.d", "policy.d/a.conf", "subuid"};
	struct unit_files *files = unit_files(state);

	if (geteuid() != 0) {
		print_message("skipped: needs root to give files away\n");
		skip();
	}
	unit_files_write(files, "policy.d/a.conf", "");
	unit_files_write(files, "subuid", "");
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		char error[256] = "", file[64] = "";

		snprintf(file, sizeof(file), "%s", names[i]);
		snprintf(error, sizeof(error),
			"@/%s: '@/%s' belongs to uid 4242, and must belong to uid 0\n", file, file);
		assert_int_equal(chown(unit_files_path(files, names[i]), 4242, 0), 0);
		unit_files_assert(files, error);
		assert_int_equal(chown(unit_files_path(files, names[i]), 0, 4242), 0);
		unit_files_assert(files, "");
	}
}

/* A link to what would be good. */
static void test_links(void **state)
{
	static const char *const names[] = {"policy.conf", "policy.d/a.conf", "subuid", "policy.d"};
	struct unit_files *files = unit_files(state);

	unit_files_write(files, "policy.d/a.conf", "");
	unit_files_write(files, "subuid", "");
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		char path[256] = "", target[300] = "", error[256] = "";

		snprintf(path, sizeof(path), "%s", unit_files_path(files, names[i]));
		snprintf(target, sizeof(target), "%s-target", path);
		snprintf(error, sizeof(error), "@/%s: '@/%s' is a symbolic link\n", names[i],
			names[i]);
		assert_int_equal(rename(path, target), 0);
		assert_int_equal(symlink(target, path), 0);
		unit_files_assert(files, error);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(rename(target, path), 0);
	}
}

/* A link is refused even where it leads nowhere: nothing is optional about that. */
static void test_link_dangling(void **state)
{
	struct unit_files *files = unit_files(state);

	assert_int_equal(rmdir(files->policy_d), 0);
	assert_int_equal(symlink("none", files->policy_d), 0);
	assert_int_equal(symlink("none", files->subuid), 0);
	unit_files_assert(files,
		"@/policy.d: '@/policy.d' is a symbolic link\n"
		"@/subuid: '@/subuid' is a symbolic link\n");
}

static void test_link_in_path(void **state)
{
	struct unit_files *files = unit_files(state);
	char path[256] = "";

	assert_int_equal(symlink(".", unit_files_path(files, "here")), 0);
	snprintf(path, sizeof(path), "%s", unit_files_path(files, "here/policy.conf"));
	files->paths.main = path;
	unit_files_assert(files, "@/here/policy.conf: '@/here' is a symbolic link\n");
}

static void test_types(void **state)
{
	struct unit_files *files = unit_files(state);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int socket_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* Opening a FIFO would wait for a writer. */
	assert_int_equal(unlink(files->main), 0);
	assert_int_equal(mkfifo(files->main, 0644), 0);
	assert_int_equal(mkdir(unit_files_path(files, "policy.d/a.conf"), 0755), 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		unit_files_path(files, "policy.d/b.conf"));
	assert_int_equal(bind(socket_fd, (void *)&address, sizeof(address)), 0);
	close(socket_fd);
	unit_files_assert(files,
		"@/policy.conf: '@/policy.conf' is not a regular file\n"
		"@/policy.d/a.conf: '@/policy.d/a.conf' is not a regular file\n"
		"@/policy.d/b.conf: cannot open '@/policy.d/b.conf': No such device or address\n");
}

static void test_file_for_directory(void **state)
{
	struct unit_files *files = unit_files(state);
	char path[256] = "";

	assert_int_equal(rmdir(files->policy_d), 0);
	unit_files_write(files, "policy.d", "");
	snprintf(path, sizeof(path), "%s", unit_files_path(files, "policy.conf/x"));
	files->paths.subuid = path;
	unit_files_assert(files,
		"@/policy.d: '@/policy.d' is not a directory\n"
		"@/policy.conf/x: '@/policy.conf' is not a directory\n");
}

/* Take away (or give back) what lets root read any file. */
static void set_override(bool on)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
	const uint32_t mask = 1u << CAP_DAC_OVERRIDE | 1u << CAP_DAC_READ_SEARCH;

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	data[0].effective =
		on ? data[0].effective | (data[0].permitted & mask) : data[0].effective & ~mask;
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static void test_unreadable(void **state)
{
	static const struct {
		const char *name;
		mode_t mode, restored;
		const char *error;
	} cases[] = {
		{"policy.conf", 0, 0644,
			"@/policy.conf: cannot open '@/policy.conf': Permission denied\n"},
		{"policy.d/a.conf", 0244, 0644,
			"@/policy.d/a.conf: cannot open '@/policy.d/a.conf': Permission denied\n"},
		{"subuid", 0044, 0644, "@/subuid: cannot open '@/subuid': Permission denied\n"},
		{"policy.d", 0355, 0755,
			"@/policy.d: cannot open '@/policy.d': Permission denied\n"},
		{"policy.d", 0644, 0755,
			"@/policy.d: cannot open '@/policy.d': Permission denied\n"},
	};
	struct unit_files *files = unit_files(state);

	unit_files_write(files, "policy.d/a.conf", "");
	unit_files_write(files, "subuid", "");
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		unit_files_chmod(files, cases[i].name, cases[i].mode);
		set_override(false);
		unit_files_assert(files, cases[i].error);
		set_override(true);
		unit_files_chmod(files, cases[i].name, cases[i].restored);
	}
}

/* A file that holds more than it said (those of /proc say 0), and a device. */
static void test_files_of_the_kernel(void **state)
{
	struct unit_files *files = unit_files(state);
	struct stat root = {0}, dev = {0}, version = {0};

	if (stat("/", &root) < 0 || stat("/dev", &dev) < 0 || stat("/proc/version", &version) < 0 ||
		root.st_uid + dev.st_uid + version.st_uid != 0) {
		print_message("skipped: root's files seem to be another user's here\n");
		skip();
	}
	files->paths = (struct policy_paths){
		.main = "/proc/version", .directory = "/proc/none", .subuid = "/proc/none"};
	unit_files_assert(files, "/proc/version: '/proc/version' changed while it was read\n");
	files->paths.main = "/dev/null";
	unit_files_assert(files, "/dev/null: '/dev/null' is not a regular file\n");
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, unit_files_set_up, unit_files_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file_modes),
		TEST(test_directory_modes),
		cmocka_unit_test(test_sticky_parent),
		TEST(test_owner_wanted),
		TEST(test_owner_each),
		TEST(test_links),
		TEST(test_link_dangling),
		TEST(test_link_in_path),
		TEST(test_types),
		TEST(test_file_for_directory),
		TEST(test_unreadable),
		TEST(test_files_of_the_kernel),
	};

	return cmocka_run_group_tests_name("policy-trust", tests, NULL, NULL);
}
