/* SPDX-License-Identifier: MIT
 * Tests of launcher/runtime/file.c: what is no file of the VM's keeps nobody waiting. */
#include "launcher/runtime/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static int open_here(void)
{
	int fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void test_open(void **state)
{
	int here = open_here(), fd = -1;

	(void)state;
	assert_int_equal(runtime_file_open(here, "none", RUNTIME_FILE_MAX), -ENOENT);
	scratch_write("file", "text");
	fd = runtime_file_open(here, "file", 4);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(runtime_file_open(here, "file", 3), -EFBIG);
	assert_int_equal(chmod("file", 0666), 0);
	assert_int_equal(runtime_file_open(here, "file", 4), -EPERM);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(runtime_file_open(here, "fifo", 4), -EINVAL);
	assert_int_equal(symlink("file", "link"), 0);
	assert_int_equal(runtime_file_open(here, "link", 4), -ELOOP);
	assert_int_equal(truncate("file", 1 << 30), 0);
	assert_int_equal(chmod("file", 0600), 0);
	assert_int_equal(runtime_file_open(here, "file", RUNTIME_FILE_MAX), -EFBIG);
	close(here);
}

static void test_make(void **state)
{
	int here = open_here(), fd = runtime_file_make(here, "new", O_WRONLY | O_APPEND);
	struct stat st = {0};

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	close(fd);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(runtime_file_make(here, "fifo", O_RDWR), -EINVAL);
	assert_int_equal(runtime_file_make(here, "fifo", O_WRONLY), -ENXIO);
	assert_int_equal(symlink("missing", "link"), 0);
	assert_int_equal(runtime_file_make(here, "link", O_WRONLY), -ELOOP);
	assert_true(runtime_file_is_there(here, "link") && !runtime_file_is_there(here, "missing"));
	close(here);
}

static void test_write(void **state)
{
	const struct rlimit none = {.rlim_cur = 0, .rlim_max = RLIM_INFINITY};
	struct rlimit before;
	char *text = NULL;
	int here = open_here();

	(void)state;
	assert_int_equal(runtime_file_write(here, "file", "a long text\n"), 0);
	assert_int_equal(runtime_file_write(here, "file", "short\n"), 0);
	text = scratch_read("file");
	assert_string_equal(text, "short\n");
	free(text);
	/* There is no room. */
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(runtime_file_write(here, "file", "other\n"), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	text = scratch_read("file");
	assert_string_equal(text, "short\n");
	free(text);
	close(here);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_open), TEST(test_make), TEST(test_write)};

	return cmocka_run_group_tests_name("runtime-file", tests, NULL, NULL);
}
