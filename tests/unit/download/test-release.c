/* SPDX-License-Identifier: MIT
 * Tests of launcher/download/release.c. */
#include "launcher/download/release.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_hashes(void **state)
{
	static const struct {
		const char *sums, *hex; /* of "x.img"; NULL: there is none */
	} cases[] = {
		{A " *y\n" B " *x.img\n", B},
		{B "  x.img", B},
		{B " *x.img\n" A " *x.img\n", B},
		{B " *x.imgs\n" A " *ax.img\n", NULL},
		{B " x.img\n", NULL},
		{"A" B " *x.img\n", NULL},
		{"0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef *x.img\n", NULL},
		{"*x.img\n", NULL},
		{"", NULL},
		{"\n\n", NULL},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char hex[RELEASE_HEX_SIZE] = "";
		bool found = release_find_hash(cases[i].sums, strlen(cases[i].sums), "x.img", hex);

		assert_int_equal(found, cases[i].hex != NULL);
		assert_string_equal(hex, found ? cases[i].hex : "");
	}
}

/* By what it is called in that release; a name that leads elsewhere is none. */
static void test_files(void **state)
{
	static const char sums[] =
		B " *../x-kernel.bin\n" B " *o-initramfs-kernel.bin\n" B " *o-kernel.bin\n" B
		  " *o-generic-kernel.bin\n" B " *p-kernel.bin\n" B " *o-rootfs.tar.gz\n" B
		  " *o-ext4-rootfs.img.gz\n" B " *o-rootfs-squashfs.img.gz\n" B
		  " *n-ext4-combined.img.gz\0x\n"
		  "no hash *z-ext4-combined.img.gz\n" B " *";
	static const char *const cases[][3] = {
		{"", SPEC_KERNEL, "o-generic-kernel.bin"},
		{"", SPEC_TAR, "o-rootfs.tar.gz"},
		{"ext4", "rootfs", "o-ext4-rootfs.img.gz"},
		{"squashfs", "rootfs", "o-rootfs-squashfs.img.gz"},
		{"ext4", "combined", NULL},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct image_spec spec = {0};
		char *name = NULL;
		bool found = false;

		memcpy(spec.filesystem, cases[i][0], strlen(cases[i][0]) + 1);
		memcpy(spec.type, cases[i][1], strlen(cases[i][1]) + 1);
		found = release_find_file(sums, sizeof(sums) - 1, &spec, &name);
		assert_int_equal(found, cases[i][2] != NULL);
		if (found)
			assert_string_equal(name, cases[i][2]);
		free(name);
	}
}

static void test_versions(void **state)
{
	static const char list[] =
		"{\"stable_version\": \"23.05.3\", \"versions_list\": "
		"[\"24.10.0-rc2\", \"23.05.9\", \"23.05.10\", 5, \"../x\"]}";
	static const char *const cases[][2] = {{"latest", "23.05.3"}, {"23.05", "23.05.10"},
		{"23.05.9", "23.05.9"}, {"24.10.0-rc2", "24.10.0-rc2"}, {"24.10", NULL},
		{"../x", NULL}};
	json_t *versions = json_loads(list, 0, NULL);

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *version = NULL, *error = NULL;
		int r = release_find_version(versions, cases[i][0], &version, &error);

		assert_int_equal(r, cases[i][1] == NULL ? -ENOENT : 0);
		if (r == 0)
			assert_string_equal(version, cases[i][1]);
		else
			assert_non_null(strstr(error, "; there are 23.05.9, 23.05.10"));
		free(version);
		free(error);
	}
	json_decref(versions);
}

/* Whatever is there, a name that leads elsewhere is none. */
static void test_images(void **state)
{
	static const struct {
		const char *image, *name;
	} cases[] = {
		{"{\"name\": \"a.img.gz\", \"filesystem\": \"ext4\", \"type\": \"combined\"}",
			"a.img.gz"},
		{"{\"name\": \"../a.img.gz\", \"filesystem\": \"ext4\", \"type\": \"combined\"}",
			NULL},
		{"{\"name\": \".a\", \"filesystem\": \"ext4\", \"type\": \"combined\"}", NULL},
		{"{\"name\": \"a\", \"filesystem\": \"ext4\", \"type\": \"rootfs\"}", NULL},
		{"{\"name\": \"a\", \"filesystem\": 4, \"type\": \"combined\"}", NULL},
		{"{\"filesystem\": \"ext4\", \"type\": \"combined\"}", NULL},
		{"5", NULL},
	};
	static const struct image_spec spec = {
		.target = "x86/64", .filesystem = "ext4", .type = "combined"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		json_t *profiles = json_pack("{s:{s:i, s:{s:[o]}}}", "profiles", "odd", 5,
			"generic", "images", json_loads(cases[i].image, JSON_DECODE_ANY, NULL));
		char *name = NULL, *error = NULL;
		int r = release_find_image(profiles, &spec, &name, &error);

		assert_int_equal(r, cases[i].name == NULL ? -ENOENT : 0);
		if (r == 0)
			assert_string_equal(name, cases[i].name);
		else
			assert_non_null(strstr(error, "has no image 'ext4-combined'; it has "));
		free(name);
		free(error);
		json_decref(profiles);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_images),
	};

	return cmocka_run_group_tests_name("release", tests, NULL, NULL);
}
