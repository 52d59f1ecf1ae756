/* SPDX-License-Identifier: MIT
 * Tests of launcher/download/unpack.c and launcher/download/unpack-stream.c; archives are in the
 * end-to-end tests. */
#include "launcher/download/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define SIZE (3 * 65536 + 17)
#define BLOCK 4096

static int open_output(void)
{
	int fd = open("out", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	return fd;
}

/* Unpack data that is given in pieces of that size. */
static int unpack(const char *data, size_t size, size_t piece, uint64_t max, char **reterr_text)
{
	struct unpack unpack = UNPACK_NONE;
	int fd = open_output(), r = unpack_start(fd, max, &unpack);

	for (size_t at = 0; r == 0 && at < size; at += piece)
		r = unpack_give(&unpack, data + at, size - at < piece ? size - at : piece);
	if (r == 0 || r == -EPIPE)
		r = unpack_finish(&unpack, reterr_text);
	close(fd);
	return r;
}

/* Zeros with something at some places, the end of blocks among them. */
static char *make_data(void)
{
	char *data = calloc(1, SIZE);

	assert_non_null(data);
	data[BLOCK - 1] = 1;
	data[5 * BLOCK] = 2;
	memset(data + 100000, 3, 9000);
	data[SIZE - 18] = 4;
	return data;
}

static void test_what_is_not_packed_is_copied_with_holes(void **state)
{
	static const size_t pieces[] = {SIZE, 65536, 4097, 999};
	char *data = make_data(), *copy = malloc(SIZE + 1), *error = NULL;
	struct stat st = {0};

	(void)state;
	assert_non_null(copy);
	for (size_t i = 0; i < UNIT_COUNT(pieces); i++) {
		int fd = -1;

		assert_int_equal(unpack(data, SIZE, pieces[i], SIZE, &error), 0);
		fd = open("out", O_RDONLY | O_CLOEXEC);
		assert_int_equal(read(fd, copy, SIZE + 1), SIZE);
		assert_memory_equal(data, copy, SIZE);
		assert_int_equal(fstat(fd, &st), 0);
		assert_true(st.st_blocks * 512 < 10 * BLOCK);
		close(fd);
	}
	free(data);
	free(copy);
}

static void test_one_byte_too_many(void **state)
{
	char *data = make_data(), *error = NULL;

	(void)state;
	assert_int_equal(unpack(data, SIZE, 999, SIZE - 1, &error), -EBADMSG);
	assert_non_null(strstr(error, "is more than 0 MiB when it is unpacked"));
	free(error);
	free(data);
}

static void test_nothing(void **state)
{
	char *error = NULL;

	(void)state;
	assert_int_equal(unpack("", 0, 1, SIZE, &error), -EBADMSG);
	assert_string_equal(error, "is empty");
	free(error);
}

static void test_an_unpacker_that_is_killed_is_told_of(void **state)
{
	struct unpack unpack = UNPACK_NONE;
	unsigned int fds = unit_count_fds();
	char *error = NULL;
	int fd = open_output();

	(void)state;
	assert_int_equal(unpack_start(fd, SIZE, &unpack), 0);
	kill(unpack.worker.pid, SIGKILL);
	assert_int_equal(unpack_finish(&unpack, &error), -EBADMSG);
	assert_non_null(strstr(error, "ended with signal 9"));
	free(error);
	assert_int_equal(unpack_start(fd, SIZE, &unpack), 0);
	unpack_stop(&unpack);
	unpack_stop(&unpack);
	close(fd);
	assert_int_equal(unit_count_fds(), fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_not_packed_is_copied_with_holes),
		cmocka_unit_test(test_one_byte_too_many),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_an_unpacker_that_is_killed_is_told_of),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("unpack", tests, scratch_set_up, scratch_tear_down);
}
