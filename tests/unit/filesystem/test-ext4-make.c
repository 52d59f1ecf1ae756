/* SPDX-License-Identifier: MIT
 * Tests of launcher/filesystem/ext4-make.c: what e2fsck finds nothing wrong with. */
#include "launcher/filesystem/ext4-make.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/filesystem/ext4-image.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

static const uint8_t id[EXT4_UUID_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static void make(const char *path, uint64_t size)
{
	int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	unsigned int fds = unit_count_fds();
	char *error = NULL;

	assert_true(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
	if (ext4_make(fd, size, id, 1700000000, &error) < 0)
		fail_msg("%s", error);
	assert_int_equal(unit_count_fds(), fds - 1);
}

static char *ask(const char *const *words)
{
	return ext4_image_run(words);
}

static void test_e2fsck_finds_nothing_wrong(void **state)
{
	static const uint64_t sizes[] = {8, 9, 33, 127, 128, 129, 511, 512, 3000, 40000};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
		struct stat st = {0};

		make("i", sizes[i] << 20);
		free(ask((const char *const[]){"e2fsck", "-fn", "i", NULL}));
		assert_int_equal(stat("i", &st), 0);
		assert_int_equal(st.st_size, sizes[i] << 20);
		/* Tables of zeros take no blocks, the journal has some. */
		assert_true((uint64_t)st.st_blocks * 512 < (sizes[i] << 17) + (5 << 20));
	}
}

static void test_it_says_what_it_was_told(void **state)
{
	char *said = NULL;

	(void)state;
	make("i", 64 << 20);
	said = ask((const char *const[]){"dumpe2fs", "-h", "i", NULL});
	assert_non_null(strstr(said, "01020304-0506-0708-090a-0b0c0d0e0f10"));
	assert_non_null(strstr(said, "has_journal"));
	assert_non_null(strstr(said, "Filesystem state:         clean"));
	free(said);
}

static void test_the_same_values_make_the_same_bytes(void **state)
{
	(void)state;
	make("i", 64 << 20);
	make("j", 64 << 20);
	free(ask((const char *const[]){"cmp", "i", "j", NULL}));
}

static void test_what_is_too_small_is_refused(void **state)
{
	int fd = open("i", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *error = NULL;

	(void)state;
	assert_true(fd >= 0 && ftruncate(fd, 8192) == 0);
	assert_true(ext4_make(fd, 8192, id, 1, &error) < 0);
	assert_non_null(strstr(error, "no ext4 can be made in it: "));
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_e2fsck_finds_nothing_wrong),
		cmocka_unit_test(test_it_says_what_it_was_told),
		cmocka_unit_test(test_the_same_values_make_the_same_bytes),
		cmocka_unit_test(test_what_is_too_small_is_refused),
	};

	return cmocka_run_group_tests_name("ext4-make", tests, scratch_set_up, scratch_tear_down);
}
