/* SPDX-License-Identifier: MIT
 * Tests of launcher/host/host.c. */
#include "launcher/host/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define ORDINARY 12345 /* uid: root may read and write everything */

static void make(const char *path, mode_t mode)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	if (geteuid() == 0)
		assert_int_equal(fchown(fd, ORDINARY, ORDINARY), 0);
	close(fd);
}

/* Check a VM with one of each. */
static void check(
	const char *kernel, const char *disk, const char *share, int expected, const char *sentence)
{
	struct vm vm = {0};
	char *error = NULL;
	int r = 0;

	if (kernel != NULL)
		vm.kernel = text_format("%s", kernel);
	if (disk != NULL)
		assert_int_equal(vm_add_disk(&vm, disk, &error), 0);
	if (share != NULL)
		assert_int_equal(vm_add_share(&vm, share, &error), 0);
	r = host_check_files(&vm, &error);
	if (r != expected || (r < 0 && strstr(error, sentence) == NULL))
		fail_msg("%d, %s", r, error);
	free(error);
	vm_free(&vm);
}

static void test_files(void **state)
{
	(void)state;
	make("good.img", 0600);
	make("locked.img", 0000);
	make("fixed.img", 0400);
	assert_int_equal(mkdir("directory", 0700), 0);
	check("good.img", "good.img", "directory", 0, "");
	check("missing", NULL, NULL, -ENOENT, "kernel 'missing': No such file or directory");
	check("directory", NULL, NULL, -EINVAL, "kernel 'directory' is not a regular file");
	check(NULL, "missing.img", NULL, -ENOENT, "disk 'missing.img': No such file");
	check(NULL, NULL, "missing", -ENOENT, "share 'missing': No such file");
	check(NULL, NULL, "good.img", -ENOTDIR, "share 'good.img' is not a directory");
	/* Needs an ordinary user to fail. */
	if (getuid() == 0)
		assert_int_equal(setresuid(ORDINARY, ORDINARY, 0), 0);
	check("locked.img", NULL, NULL, -EACCES, "kernel 'locked.img' cannot be read by you");
	check(NULL, "fixed.img", NULL, -EACCES, "with '--disk fixed.img,snapshot' nothing is");
	check(NULL, "fixed.img,snapshot", NULL, 0, "");
	check(NULL, "fixed.img,format=raw,if=ide", NULL, -EACCES,
		"'--disk fixed.img,format=raw,if=ide,snapshot' nothing");
	check(NULL, "fixed.img,format=raw,if=ide,snapshot", NULL, 0, "");
	check(NULL, "locked.img", NULL, -EACCES, "cannot be written by you: Permission denied");
	check(NULL, "fixed.img,readonly", NULL, 0, "");
	check(NULL, "locked.img,snapshot", NULL, -EACCES, "disk 'locked.img' cannot be read by");
	if (setresuid(-1u, 0, -1u) == 0)
		assert_int_equal(setresuid(0, 0, 0), 0);
	assert_int_equal(unlink("good.img") | unlink("locked.img") | unlink("fixed.img") |
				 rmdir("directory"),
		0);
}

static void test_find_qemu(void **state)
{
	char *here = getcwd(NULL, 0), *program = NULL, *error = NULL;
	char *path = text_format("/nonexistent::.:%s/empty:%s", here, here);
	static const char *const without[] = {"", "/nonexistent", ".", NULL};

	(void)state;
	make(arch_host()->qemu, 0644);
	assert_int_equal(host_find_qemu(arch_host(), path, &program, &error), -ENOENT);
	assert_non_null(strstr(error, arch_host()->package));
	free(error);
	error = NULL;
	assert_int_equal(chmod(arch_host()->qemu, 0755), 0);
	assert_int_equal(host_find_qemu(arch_host(), path, &program, &error), 0);
	assert_non_null(strstr(program, here));
	free(program);
	for (size_t i = 0; i < UNIT_COUNT(without); i++) {
		assert_int_equal(
			host_find_qemu(arch_host(), without[i], &program, &error), -ENOENT);
		free(error);
		error = NULL;
	}
	assert_int_equal(unlink(arch_host()->qemu), 0);
	free(path);
	free(here);
}

static int set_up(void **state)
{
	return scratch_set_up(state) < 0 ? -1 : chmod(".", 0777);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_find_qemu),
	};

	return cmocka_run_group_tests_name("host", tests, set_up, scratch_tear_down_empty);
}
