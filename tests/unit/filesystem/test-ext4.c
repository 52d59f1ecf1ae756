/* SPDX-License-Identifier: MIT
 * Tests of launcher/filesystem/ext4.h: what e2fsck finds nothing wrong with, and debugfs reads. */
#include "launcher/filesystem/ext4.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/text.h"
#include "tests/unit/filesystem/ext4-image.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

/* What a content is made of: n bytes, every hundredth block of which has something. */
struct source {
	size_t left;
	size_t at;
	int error; /* at the end; 0: none */
};

static ssize_t read_source(void *context, void *data, size_t size)
{
	struct source *source = context;
	char *bytes = data;

	if (source->left == 0)
		return source->error;
	/* Fewer than asked for, as a pipe gives them. */
	size = size > 10007 ? 10007 : size;
	size = size > source->left ? source->left : size;
	for (size_t i = 0; i < size; i++, source->at++)
		bytes[i] = (char)(source->at / 4096 % 100 == 0 ? source->at % 251 : 0);
	source->left -= size;
	return (ssize_t)size;
}

static void put_file(struct ext4 *fs, const char *path, size_t size)
{
	const struct ext4_file file = {.mode = 0640, .uid = 100000, .gid = 7, .mtime = 1234567890};
	struct source source = {.left = size};
	char *error = NULL;

	if (ext4_put_file(fs, path, &file, read_source, &source, &error) < 0)
		fail_msg("%s", error);
}

static void expect_content(const char *path, size_t size)
{
	char *request = text_format("dump %s out", path);
	struct source source = {.left = size};
	char *wanted = malloc(size + 1), *found = malloc(size + 1);
	size_t at = 0;
	int fd = -1;

	free(ext4_image_ask(request));
	free(request);
	assert_non_null(wanted);
	assert_non_null(found);
	while (at < size)
		at += (size_t)read_source(&source, wanted + at, size - at);
	fd = open("out", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, found, size + 1), size);
	assert_memory_equal(wanted, found, size);
	close(fd);
	free(wanted);
	free(found);
}

static const char *const kinds[] = {"none,has_journal,ext_attr,extent,metadata_csum,64bit", "none",
	"none,extent,inline_data,dir_index,metadata_csum", "none,extent,bigalloc"};

static void test_a_file_is_written_and_replaced(void **state)
{
	static const size_t sizes[] = {0, 1, 4096, 100000, 3 << 20, 5000};

	(void)state;
	for (size_t kind = 0; kind < UNIT_COUNT(kinds); kind++) {
		ext4_image_make(kinds[kind]);
		for (size_t i = 0; i < UNIT_COUNT(sizes); i++) {
			struct ext4 *fs = ext4_image_open(true);

			put_file(fs, "/a", sizes[i]);
			ext4_image_close(fs);
			expect_content("/a", sizes[i]);
		}
	}
	ext4_image_expect("stat /a", "Mode:  0640");
	ext4_image_expect("stat /a", "User: 100000   Group:     7");
	ext4_image_expect("stat /a", "mtime: 0x499602d2");
}

static void test_zeros_are_holes_and_what_is_replaced_is_free_again(void **state)
{
	struct ext4 *fs = NULL;
	struct ext4_file file = {0};
	char *error = NULL;

	(void)state;
	ext4_image_make(kinds[0]);
	/* Ten times what fits, were it not for the holes, and then for what is freed. */
	for (size_t i = 0; i < 10; i++) {
		fs = ext4_image_open(true);
		put_file(fs, "/a", 100 << 20);
		ext4_image_close(fs);
	}
	ext4_image_expect("stat /a", "Size: 104857600");
	fs = ext4_image_open(false);
	assert_int_equal(ext4_find(fs, "/a", false, &file, &error), 0);
	assert_int_equal(file.size, 100 << 20);
	assert_int_equal(file.uid, 100000);
	assert_int_equal(file.mtime, 1234567890);
	ext4_drop(fs);
}

static void test_every_kind_of_file(void **state)
{
	const struct ext4_file plain = {.mode = 0755, .uid = 1, .gid = 2, .mtime = 1LL << 32};
	const struct ext4_file nodes[] = {{.mode = S_IFCHR | 0600, .major = 5, .minor = 1},
		{.mode = S_IFBLK | 0660, .major = 259, .minor = 70000}, {.mode = S_IFIFO | 0644},
		{.mode = S_IFSOCK | 0777}};
	struct ext4 *fs = NULL;
	char target[1000] = "", *error = NULL;
	struct ext4_file found = {0};

	(void)state;
	memset(target, 't', sizeof(target) - 1);
	ext4_image_make(kinds[0]);
	fs = ext4_image_open(true);
	assert_int_equal(ext4_make_parents(fs, "/d/e//f/", &error), 0);
	assert_int_equal(ext4_put_directory(fs, "/d/e/f", &plain, &error), 0);
	assert_int_equal(ext4_put_directory(fs, "/", &plain, &error), 0);
	assert_int_equal(ext4_put_symlink(fs, "/fast", "d/e", &plain, &error), 0);
	assert_int_equal(ext4_put_symlink(fs, "/slow", target, &plain, &error), 0);
	/* By a symlink on the way. */
	put_file(fs, "/fast/f/file", 10);
	assert_int_equal(ext4_put_link(fs, "/link", "/d/e/f/file", &error), 0);
	assert_int_equal(ext4_put_link(fs, "/link", "/d/e/f/file", &error), 0);
	assert_int_equal(ext4_put_xattr(fs, "/link", "user.a", "value", 5, &error), 0);
	assert_int_equal(
		ext4_put_xattr(fs, "/link", "security.capability", target, 500, &error), 0);
	for (size_t i = 0; i < UNIT_COUNT(nodes); i++) {
		char *path = text_format("/node%zu", i);

		assert_int_equal(ext4_put_node(fs, path, &nodes[i], &error), 0);
		assert_int_equal(ext4_find(fs, path, false, &found, &error), 0);
		assert_int_equal(found.mode, nodes[i].mode);
		assert_int_equal(found.major, nodes[i].major);
		assert_int_equal(found.minor, nodes[i].minor);
		free(path);
	}
	ext4_image_close(fs);
	ext4_image_expect("stat /node1", "259:70000 (hex 103:11170)");
	ext4_image_expect("stat /link", "Links: 2");
	ext4_image_expect("stat /slow", "Size: 999");
	ext4_image_expect("stat /fast", "Fast link dest: \"d/e\"");
	ext4_image_expect("ea_get /link user.a", "value");
	ext4_image_expect("stat /d/e/f", "Mode:  0755");
	ext4_image_expect("stat /d", "Mode:  0755");
	fs = ext4_image_open(true);
	assert_int_equal(ext4_find(fs, "/fast", true, &found, &error), 0);
	assert_true(S_ISDIR(found.mode));
	assert_int_equal(ext4_find(fs, "/", false, &found, &error), 0);
	assert_int_equal(found.mtime, 1LL << 32);
	/* What is replaced by another kind, and by one more name. */
	assert_int_equal(ext4_put_symlink(fs, "/link", "x", &plain, &error), 0);
	assert_int_equal(ext4_put_directory(fs, "/slow", &plain, &error), 0);
	assert_int_equal(ext4_put_link(fs, "/fast", "/d/e/f/file", &error), 0);
	/* A name of two, and the last one. */
	assert_int_equal(ext4_put_symlink(fs, "/d/e/f/file", "x", &plain, &error), 0);
	assert_int_equal(ext4_put_symlink(fs, "/fast", "x", &plain, &error), 0);
	ext4_image_close(fs);
}

static void test_a_directory_grows(void **state)
{
	(void)state;
	for (size_t kind = 0; kind < 3; kind++) {
		struct ext4 *fs = NULL;
		const struct ext4_file plain = {.mode = 0755};
		char *error = NULL;

		ext4_image_make(kinds[kind]);
		fs = ext4_image_open(true);
		for (size_t i = 0; i < 1500; i++) {
			char *path = text_format("/a-name-that-takes-some-room-%zu", i);
			int r = i % 3 == 0 ? ext4_put_directory(fs, path, &plain, &error)
				: i % 3 == 1
					? ext4_put_symlink(fs, path, path, &plain, &error)
					: ext4_put_node(fs, path,
						  &(struct ext4_file){.mode = S_IFIFO}, &error);

			assert_int_equal(r, 0);
			free(path);
		}
		ext4_image_close(fs);
	}
}

static void test_the_same_time_gives_the_same_image(void **state)
{
	char *texts[2] = {NULL};

	(void)state;
	ext4_image_make(kinds[0]);
	assert_int_equal(rename(EXT4_IMAGE, "start"), 0);
	for (size_t i = 0; i < 2; i++) {
		const struct ext4_file plain = {.mode = 0755};
		struct ext4 *fs = NULL;
		char *error = NULL;

		free(ext4_image_run((const char *const[]){"cp", "start", EXT4_IMAGE, NULL}));
		fs = ext4_image_open(true);
		ext4_set_now(fs, 1000000000);
		assert_int_equal(ext4_put_directory(fs, "/d", &plain, &error), 0);
		put_file(fs, "/d/f", 100000);
		ext4_image_close(fs);
		texts[i] = ext4_image_run((const char *const[]){"sha256sum", EXT4_IMAGE, NULL});
		usleep(1100000);
	}
	assert_string_equal(texts[0], texts[1]);
	free(texts[0]);
	free(texts[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file_is_written_and_replaced),
		cmocka_unit_test(test_zeros_are_holes_and_what_is_replaced_is_free_again),
		cmocka_unit_test(test_every_kind_of_file),
		cmocka_unit_test(test_a_directory_grows),
		cmocka_unit_test(test_the_same_time_gives_the_same_image),
	};

	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	return cmocka_run_group_tests_name("ext4", tests, scratch_set_up, scratch_tear_down);
}
