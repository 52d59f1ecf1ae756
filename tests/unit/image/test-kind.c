/* SPDX-License-Identifier: MIT
 * Tests of launcher/image/kind.c. */
#include "launcher/image/kind.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	size_t offset;
	const char *bytes;
	size_t size;
	enum image_kind kind;
} cases[] = {
	{0, "", 0, IMAGE_RAW},
	{0, "QFI\xfb", 4, IMAGE_QCOW2},
	{0, "QFI", 3, IMAGE_RAW},
	{1, "QFI\xfb", 4, IMAGE_RAW},
	{64, "\x7f\x10\xda\xbe", 4, IMAGE_VDI},
	{0, "KDMV", 4, IMAGE_VMDK},
	{0, "# Disk DescriptorFile\n", 22, IMAGE_VMDK},
	{0, "vhdxfile", 8, IMAGE_VHDX},
	{0, "\x1f\x8b\x08", 3, IMAGE_GZIP},
	{0, "\x1f\x8b\x07", 3, IMAGE_RAW},
	{0,
		"\xfd"
		"7zXZ\0",
		6, IMAGE_XZ},
	{0, "\x28\xb5\x2f\xfd", 4, IMAGE_ZSTD},
	{0, "PK\x03\x04", 4, IMAGE_ZIP},
	{257, "ustar", 5, IMAGE_TAR},
	{32769, "CD001", 5, IMAGE_ISO},
	{0, " \r\n<!DOCTYPE html>", 18, IMAGE_PAGE},
	{0, "<HTML>", 6, IMAGE_PAGE},
	{0, "<htm", 4, IMAGE_RAW},
};

/* All that is read of a file is given in memory of that size, for a sanitizer to watch. */
static enum image_kind kind_of(size_t offset, const char *bytes, size_t size)
{
	uint8_t *head = calloc(1, offset + size + 1);
	enum image_kind kind = IMAGE_RAW;

	assert_non_null(head);
	memcpy(head + offset, bytes, size);
	kind = image_kind_of(head, offset + size);
	free(head);
	return kind;
}

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		if (kind_of(cases[i].offset, cases[i].bytes, cases[i].size) != cases[i].kind)
			fail_msg("case %zu", i);
}

/* One that can be written to a stick, too. */
static void test_a_cd_that_is_a_disk_as_well(void **state)
{
	uint8_t *head = calloc(1, IMAGE_HEAD_SIZE);

	(void)state;
	assert_non_null(head);
	memcpy(head + 32769, "CD001", 5);
	assert_int_equal(image_kind_of(head, IMAGE_HEAD_SIZE), IMAGE_ISO);
	memcpy(head + 510, "\x55\xaa", 2);
	assert_int_equal(image_kind_of(head, IMAGE_HEAD_SIZE), IMAGE_RAW);
	free(head);
}

static void test_every_kind_has_words(void **state)
{
	(void)state;
	for (int kind = IMAGE_RAW; kind <= IMAGE_PAGE; kind++)
		assert_non_null(image_kind_words((enum image_kind)kind));
	assert_string_equal(image_kind_format(IMAGE_VDI), "vdi");
	assert_null(image_kind_format(IMAGE_GZIP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_a_cd_that_is_a_disk_as_well),
		cmocka_unit_test(test_every_kind_has_words),
	};

	return cmocka_run_group_tests_name("kind", tests, NULL, NULL);
}
