/* SPDX-License-Identifier: MIT
 * Tests of launcher/disk/backing-own.c: which images name files, and whose they are. */
#include "launcher/disk/backing-own.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/disk/backing.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define OTHER 70001
#define NAME "/secret"
#define NAME_AT 200 /* bytes */

/* Write the header of an image of version 3, see QEMU's docs/interop/qcow2.txt. */
static void write_image(const char *path, const char *name, uint64_t features)
{
	uint32_t header[26] = {htobe32(0x514649fb), htobe32(3)};
	char bytes[NAME_AT + sizeof(NAME)] = "";
	uint64_t at = htobe64(name == NULL ? 0 : NAME_AT);
	FILE *stream = fopen(path, "we");

	memcpy(&header[2], &at, sizeof(at));
	header[4] = htobe32(name == NULL ? 0 : (uint32_t)strlen(name));
	features = htobe64(features);
	memcpy(&header[18], &features, sizeof(features));
	header[25] = htobe32(sizeof(header));
	memcpy(bytes, header, sizeof(header));
	if (name != NULL)
		memcpy(bytes + NAME_AT, name, strlen(name));
	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, sizeof(bytes), 1, stream), 1);
	assert_int_equal(fclose(stream), 0);
}

static void test_data_file(void **state)
{
	(void)state;
	write_image("plain", NULL, 1);
	write_image("elsewhere", NULL, 4);
	scratch_write("raw", "QFI\xfb");
	assert_false(backing_has_data_file("plain"));
	assert_true(backing_has_data_file("elsewhere"));
	assert_false(backing_has_data_file("raw"));
	assert_false(backing_has_data_file("missing"));
}

static void test_whose(void **state)
{
	static const struct {
		const char *name;
		uint64_t features;
		uid_t owner;
		mode_t mode;
		bool noted;
		const char *sentence; /* NULL: it is only a disk */
	} rows[] = {
		{NULL, 0, OTHER, 0666, false, NULL},
		{NAME, 0, 0, 0644, false, NULL},
		{NAME, 0, OTHER, 0644, true, NULL},
		{NAME, 0, OTHER, 0644, false, "below it, and it could have been written by others"},
		{NAME, 0, 0, 0646, false, "below it, and it could have been written by others"},
		{NULL, 4, OTHER, 0644, false, "for its data, and it could have been written"},
		{NULL, 4, 0, 0644, false, "keeps its data in another file"},
		/* What is noted is what is below it. */
		{NULL, 4, 0, 0600, true, "keeps its data in another file"},
		{NULL, 4, OTHER, 0644, true, "for its data, and it could have been written"},
	};

	(void)state;
	if (geteuid() != 0)
		skip();
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		struct backing below = {0};
		char *error = NULL;
		int r = 0;

		write_image("image", rows[i].name, rows[i].features);
		assert_int_equal(chown("image", rows[i].owner, 0), 0);
		assert_int_equal(chmod("image", rows[i].mode), 0);
		r = backing_read("image", &below);
		/* Its owner writes another by now. */
		write_image("image", NULL, rows[i].features);
		r = backing_own_check("image", r > 0 && !rows[i].noted ? &below : NULL, &error);
		backing_free(&below);
		if (r != (rows[i].sentence == NULL ? 0 : -EPERM) ||
			(r < 0 && strstr(error, rows[i].sentence) == NULL))
			fail_msg("row %zu: %d, %s", i, r, error);
		free(error);
	}
}

/* An image of one's own is another's where he can put his in its place. */
static void test_place(void **state)
{
	char *error = NULL;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(mkdir("his", 0755), 0);
	write_image("his/image", NAME, 0);
	assert_int_equal(backing_own_check_all("his/image", &error), 0);
	assert_int_equal(chown("his", OTHER, 0), 0);
	assert_int_equal(backing_own_check_all("his/image", &error), -EPERM);
	assert_non_null(
		strstr(error, "/his' can be changed by others (owner uid 70001, mode 0755)"));
	assert_non_null(strstr(error, "; '--trust-backing' takes it as it is"));
	free(error);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_set_up, scratch_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_data_file),
		TEST(test_whose),
		TEST(test_place),
	};

	return cmocka_run_group_tests_name("backing-own", tests, NULL, NULL);
}
