/* SPDX-License-Identifier: MIT
 * Tests of launcher/filesystem/partition.h: tables of sfdisk, and such as nobody should write. */
#include "launcher/filesystem/partition.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/tool.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define MIB 1048576ULL
#define SIZE (64 * MIB)
#define TIMEOUT 60000 /* ms */

static void make(const char *script)
{
	const char *const words[] = {"sh", "-c", "sfdisk -q img <script", NULL};
	int fd = open("img", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char *error = NULL;

	assert_true(fd >= 0 && ftruncate(fd, SIZE) == 0);
	close(fd);
	scratch_write("script", script);
	if (tool_run((char *const *)(uintptr_t)words, -1, TIMEOUT, NULL, &error) < 0)
		fail_msg("%s", error);
}

static void put(uint64_t offset, const char *bytes, size_t size)
{
	int fd = open("img", O_RDWR | O_CLOEXEC);

	assert_int_equal(pwrite(fd, bytes, size, (off_t)offset), size);
	close(fd);
}

static int look(struct partition_table *table, char **reterr_text)
{
	unsigned int fds = unit_count_fds();
	int fd = open("img", O_RDONLY | O_CLOEXEC);
	int r = partition_read(fd, table, reterr_text);

	close(fd);
	assert_int_equal(unit_count_fds(), fds);
	return r;
}

static void look_well(struct partition_table *table)
{
	char *error = NULL;

	if (look(table, &error) < 0)
		fail_msg("%s", error);
}

static void refuse(const char *part)
{
	struct partition_table table = {0};
	char *error = NULL;

	assert_int_equal(look(&table, &error), -EINVAL);
	if (strstr(error, part) == NULL)
		fail_msg("%s", error);
	free(error);
}

/* As releases of OpenWrt have it: the second is the root. */
static void test_an_mbr(void **state)
{
	struct partition_table table = {0};

	(void)state;
	make("label: dos\nstart=512, size=32768\nstart=33792, size=65536\n");
	put(262144 + 0x438, "\x53\xef", 2);
	put(17301504 + 0x438, "\x53\xef", 2);
	look_well(&table);
	assert_int_equal(table.kind, PARTITION_TABLE_MBR);
	assert_int_equal(table.n, 2);
	assert_int_equal(partition_find_root(&table)->number, 2);
	assert_int_equal(partition_find_root(&table)->offset, 17301504);
	assert_int_equal(partition_find_root(&table)->size, 32 * MIB);
	put(17301504, "hsqs", 4);
	look_well(&table);
	assert_int_equal(table.items[0].content, PARTITION_EXT4);
	assert_int_equal(partition_find_root(&table)->content, PARTITION_SQUASHFS);
}

static void test_a_gpt(void **state)
{
	struct partition_table table = {0};

	(void)state;
	make("label: gpt\nfirst-lba: 34\nstart=512, size=32768\nstart=33280, size=65536\n");
	put(262144 + 0x36, "FAT16", 5);
	put(17039360 + 0x438, "\x53\xef", 2);
	look_well(&table);
	assert_int_equal(table.kind, PARTITION_TABLE_GPT);
	assert_int_equal(table.n, 2);
	assert_int_equal(table.items[0].content, PARTITION_FAT);
	assert_int_equal(partition_find_root(&table)->offset, 17039360);
	/* The other copy of the table is not there. */
	assert_int_equal(truncate("img", (off_t)(SIZE - 64 * 512)), 0);
	assert_int_equal(truncate("img", SIZE), 0);
	look_well(&table);
	assert_int_equal(partition_find_root(&table)->number, 2);
}

static void test_logical_partitions(void **state)
{
	struct partition_table table = {0};

	(void)state;
	make("label: dos\nstart=2048, size=8192\nstart=10240, size=90000, type=5\n"
	     "start=12288, size=20000\n");
	look_well(&table);
	assert_int_equal(table.n, 2);
	assert_int_equal(table.items[1].number, 5);
	assert_null(partition_find_root(&table));
}

static void test_an_image_that_is_a_file_system(void **state)
{
	struct partition_table table = {0};

	(void)state;
	make("label: dos\n");
	put(0, "hsqs", 4);
	look_well(&table);
	assert_int_equal(partition_find_root(&table)->size, SIZE);
	put(0, "\0\0\0\0", 4);
	put(0x438, "\x53\xef", 2);
	look_well(&table);
	assert_int_equal(table.kind, PARTITION_TABLE_NONE);
	assert_int_equal(partition_find_root(&table)->content, PARTITION_EXT4);
	make("label: dos\n");
	put(510, "\0\0", 2);
	look_well(&table);
	assert_null(partition_find_root(&table));
}

/* An entry of an MBR: type 83, its first sector and how many. */
static void put_entry(unsigned int number, uint32_t start, uint32_t size)
{
	char entry[16] = {[4] = '\x83'};

	memcpy(entry + 8, &start, sizeof(start));
	memcpy(entry + 12, &size, sizeof(size));
	put(446 + 16 * (number - 1), entry, sizeof(entry));
}

static void test_tables_that_make_no_sense(void **state)
{
	(void)state;
	make("label: dos\n");
	put_entry(1, 2048, 8192);
	put_entry(2, 4096, 8192);
	refuse("its partitions 1 and 2 overlap");
	put_entry(2, 131000, 73);
	refuse("its partition 2 ends behind the end of the image");
	put_entry(2, 0xffffffff, 0xffffffff);
	refuse("its partition 2 ends behind the end of the image");
}

static void test_what_a_child_may_say(void **state)
{
	static const struct {
		struct partition items[2];
		const char *part;
	} cases[] = {
		{{{1, UINT64_MAX, 2, 0}, {0}}, "ends behind"},
		{{{1, 2, UINT64_MAX, 0}, {0}}, "ends behind"},
		{{{1, 50, 50, 0}, {2, 0, 51, 0}}, "2 and 1 overlap"},
		{{{1, 0, 101, 0}, {2, 0, 0, 0}}, "ends behind"},
	};
	struct partition_table table = {0};
	char *error = NULL;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		table.n = 2;
		memcpy(table.items, cases[i].items, sizeof(cases[i].items));
		assert_int_equal(partition_check(&table, 100, &error), -EINVAL);
		if (strstr(error, cases[i].part) == NULL)
			fail_msg("%zu: %s", i, error);
	}
	table.n = PARTITION_MAX + 1;
	assert_int_equal(partition_check(&table, 100, &error), -EINVAL);
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_mbr),
		cmocka_unit_test(test_a_gpt),
		cmocka_unit_test(test_logical_partitions),
		cmocka_unit_test(test_an_image_that_is_a_file_system),
		cmocka_unit_test(test_tables_that_make_no_sense),
		cmocka_unit_test(test_what_a_child_may_say),
	};

	setenv("PATH", "/usr/sbin:/sbin:/usr/bin:/bin", 1);
	return cmocka_run_group_tests_name("partition", tests, scratch_set_up, scratch_tear_down);
}
