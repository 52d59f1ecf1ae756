/* SPDX-License-Identifier: MIT
 * Tests of launcher/filesystem/ext4.h: what is refused, and leaves no fd. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/filesystem/ext4.h"
#include "tests/unit/filesystem/ext4-image.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define JOURNAL "none,has_journal,extent"

static ssize_t read_nothing(void *context, void *data, size_t size)
{
	(void)context;
	(void)data;
	(void)size;
	return 0;
}

static ssize_t read_error(void *context, void *data, size_t size)
{
	(void)context;
	(void)data;
	(void)size;
	return -EIO;
}

static void test_what_cannot_be_is_refused(void **state)
{
	const struct ext4_file plain = {.mode = 0755};
	char target[5000] = "", *error = NULL;
	struct ext4 *fs = NULL;

	(void)state;
	memset(target, 't', sizeof(target) - 1);
	ext4_image_make(JOURNAL);
	fs = ext4_image_open(true);
	assert_int_equal(ext4_put_directory(fs, "/d", &plain, &error), 0);
	assert_int_equal(ext4_put_symlink(fs, "/loop", "/loop", &plain, &error), 0);
	assert_int_equal(ext4_put_file(fs, "/f", &plain, read_nothing, NULL, &error), 0);
	assert_int_equal(ext4_put_symlink(fs, "/d", "x", &plain, &error), -EISDIR);
	assert_int_equal(ext4_put_link(fs, "/x", "/d", &error), -EISDIR);
	assert_int_equal(ext4_put_directory(fs, "/f/x", &plain, &error), -ENOTDIR);
	assert_string_equal(error, "'/f/x' leads through what is no directory");
	assert_int_equal(ext4_put_directory(fs, "/loop/x", &plain, &error), -ELOOP);
	assert_int_equal(ext4_put_directory(fs, "/x/y", &plain, &error), -ENOENT);
	assert_int_equal(ext4_put_directory(fs, "/x/..", &plain, &error), -EINVAL);
	assert_int_equal(ext4_put_directory(fs, "x", &plain, &error), -EINVAL);
	assert_int_equal(ext4_put_symlink(fs, "/x", "", &plain, &error), -ENAMETOOLONG);
	assert_int_equal(ext4_put_symlink(fs, "/x", target, &plain, &error), -ENAMETOOLONG);
	assert_int_equal(ext4_put_xattr(fs, "/f", "x.y", "", 0, &error), -EOPNOTSUPP);
	memcpy(target, "/", 1);
	target[300] = '\0';
	assert_int_equal(ext4_put_directory(fs, target, &plain, &error), -ENAMETOOLONG);
	ext4_image_close(fs);
	fs = ext4_image_open(true);
	assert_int_equal(ext4_put_file(fs, "/x", &plain, read_error, NULL, &error), -EIO);
	ext4_drop(fs);
	free(error);
}

static void test_an_image_that_is_full(void **state)
{
	const struct ext4_file plain = {.mode = 0755};
	int endless = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	struct ext4 *fs = NULL;
	char *error = NULL;

	(void)state;
	ext4_image_make(JOURNAL);
	fs = ext4_image_open(true);
	assert_int_equal(ext4_put_fd(fs, "/x", &plain, endless, &error), -ENOSPC);
	assert_string_equal(error, "'/x' does not fit, the image is full");
	ext4_drop(fs);
	close(endless);
	free(error);
}

/* Opening the image does not work, and leaves no fd. */
static void expect_refused(uint64_t size, bool write, int result, const char *part)
{
	unsigned int fds = unit_count_fds();
	struct ext4 *fs = NULL;
	char *error = NULL;
	int fd = open(EXT4_IMAGE, O_RDWR | O_CLOEXEC);

	assert_int_equal(ext4_open(fd, EXT4_IMAGE_OFFSET, size, write, &fs, &error), result);
	if (strstr(error, part) == NULL)
		fail_msg("%s", error);
	assert_int_equal(unit_count_fds(), fds);
	free(error);
}

static void test_what_cannot_be_opened(void **state)
{
	static const char *const changes[] = {
		"ssv blocks_count 4000000000", "ssv log_block_size 30", "ssv inodes_per_group 0"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(changes); i++) {
		const char *const words[] = {
			"debugfs", "-w", "-R", changes[i], EXT4_IMAGE_NAME, NULL};

		ext4_image_make("none");
		free(ext4_image_run(words));
		expect_refused(EXT4_IMAGE_SIZE - EXT4_IMAGE_OFFSET, false, -EINVAL,
			"its ext4 makes no sense");
	}
	ext4_image_make(JOURNAL);
	expect_refused(EXT4_IMAGE_FS_SIZE - 1, false, -EINVAL, "it is larger than its partition");
	expect_refused(1000, false, -EINVAL, "there is no ext4 in it");
	free(ext4_image_run((const char *const[]){
		"debugfs", "-w", "-R", "feature needs_recovery", EXT4_IMAGE_NAME, NULL}));
	expect_refused(EXT4_IMAGE_SIZE - EXT4_IMAGE_OFFSET, true, -EUCLEAN,
		"its journal has to be played first");
	ext4_image_make(JOURNAL);
	free(ext4_image_run((const char *const[]){
		"debugfs", "-w", "-R", "ssv state 3", EXT4_IMAGE_NAME, NULL}));
	expect_refused(EXT4_IMAGE_SIZE - EXT4_IMAGE_OFFSET, true, -EUCLEAN, "its ext4 has errors");
	assert_int_equal(truncate(EXT4_IMAGE, 0), 0);
	expect_refused(
		EXT4_IMAGE_SIZE - EXT4_IMAGE_OFFSET, true, -EINVAL, "there is no ext4 in it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_cannot_be_is_refused),
		cmocka_unit_test(test_an_image_that_is_full),
		cmocka_unit_test(test_what_cannot_be_opened),
	};

	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	return cmocka_run_group_tests_name(
		"ext4-refused", tests, scratch_set_up, scratch_tear_down);
}
