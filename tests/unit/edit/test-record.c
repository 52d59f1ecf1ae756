/* SPDX-License-Identifier: MIT
 * Tests of launcher/edit/record.h and target.h: what a child that was taken over may send. */
#include "launcher/edit/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/bytes.h"
#include "launcher/edit/target.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

/* A pipe with one record in it, and what follows it. */
static int send_one(mode_t mode, const char *path, const char *target, const char *content)
{
	char path_text[100] = "", target_text[100] = "";
	struct record record = {.file = {.mode = mode, .size = strlen(content)},
		.path = path_text,
		.target = target_text};
	int fds[2] = {-1, -1};

	memcpy(path_text, path, strlen(path));
	memcpy(target_text, target, strlen(target));
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(record_send(fds[1], &record), 0);
	assert_int_equal(bytes_write(fds[1], content, strlen(content)), 0);
	close(fds[1]);
	return fds[0];
}

static void test_there_and_back(void **state)
{
	int fd = send_one(S_IFREG | 0644, "/a\n\xff", "b", "content");
	struct record record = {0};
	char content[7] = "";

	(void)state;
	assert_int_equal(record_receive(fd, &record), 1);
	assert_string_equal(record.path, "/a\n\xff");
	assert_string_equal(record.target, "b");
	assert_int_equal(record.file.size, 7);
	record_free(&record);
	assert_int_equal(record_take(fd, content, 7), 0);
	assert_memory_equal(content, "content", 7);
	assert_int_equal(record_receive(fd, &record), 0);
	assert_int_equal(record_take(fd, content, 1), -EBADMSG);
	close(fd);
}

/* Every beginning of a record, and each of its bytes turned over. */
static void test_what_makes_no_sense_is_refused(void **state)
{
	char whole[200] = "";
	int fd = send_one(S_IFREG, "/path", "target", "");
	ssize_t size = read(fd, whole, sizeof(whole));

	(void)state;
	close(fd);
	assert_true(size > 11);
	for (ssize_t i = 1; i < 2 * size; i++) {
		char bytes[200] = "";
		struct record record = {0};
		int fds[2] = {-1, -1}, r = 0;

		memcpy(bytes, whole, (size_t)size);
		if (i >= size)
			bytes[i - size] = (char)~bytes[i - size];
		assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
		assert_int_equal(bytes_write(fds[1], bytes, (size_t)(i < size ? i : size)), 0);
		close(fds[1]);
		r = record_receive(fds[0], &record);
		assert_true(r == 1 || r == -EBADMSG);
		assert_true(r == -EBADMSG || i >= size);
		if (r == 1)
			record_free(&record);
		close(fds[0]);
	}
}

static int receive(int fd, char **reterr_text)
{
	size_t left_out = 0;
	int r = target_receive(fd, "to", "name", &left_out, reterr_text);

	close(fd);
	return r;
}

static void test_nothing_outside_is_touched(void **state)
{
	static const char *const paths[] = {
		"..", "../x", ".", "a/../../x", "/x", "/", "a//x", "link/x", "x/"};
	struct stat st = {0};

	(void)state;
	assert_int_equal(mkdir("to", 0700), 0);
	assert_int_equal(mkdir("outside", 0700), 0);
	assert_int_equal(mkdir("to/name", 0700), 0);
	assert_int_equal(mkdir("to/name/a", 0700), 0);
	assert_int_equal(symlink("../../outside", "to/name/link"), 0);
	assert_int_equal(symlink("../../outside/y", "to/name/file"), 0);
	for (size_t i = 0; i < UNIT_COUNT(paths); i++) {
		char *error = NULL;

		assert_true(receive(send_one(S_IFREG | 0644, paths[i], "", "c"), &error) < 0);
		assert_non_null(error);
		free(error);
	}
	/* A symlink that is there is not written through. */
	for (size_t i = 0; i < 2; i++) {
		char *error = NULL;

		assert_true(
			receive(send_one(i == 0 ? S_IFREG : S_IFDIR, "file", "", ""), &error) < 0);
		free(error);
	}
	assert_int_equal(rmdir("outside"), 0);
	assert_int_equal(stat("x", &st), -1);
}

static void test_no_rights_of_the_image_come_along(void **state)
{
	struct stat st = {0};
	char *error = NULL;

	(void)state;
	assert_int_equal(receive(send_one(S_IFREG | 07777, "f", "", "c"), &error), 0);
	assert_int_equal(stat("to/name/f", &st), 0);
	assert_int_equal(st.st_mode & 07000, 0);
	assert_int_equal(receive(send_one(S_IFCHR | 0666, "null", "", ""), &error), 0);
	assert_int_equal(stat("to/name/null", &st), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
		cmocka_unit_test(test_nothing_outside_is_touched),
		cmocka_unit_test(test_no_rights_of_the_image_come_along),
	};

	return cmocka_run_group_tests_name("record", tests, scratch_set_up, scratch_tear_down);
}
