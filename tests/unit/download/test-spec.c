/* SPDX-License-Identifier: MIT
 * Tests of launcher/download/spec.c. */
#include "launcher/download/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct arch *arch_named(const char *name)
{
	const struct arch *arch = NULL;
	char *error = NULL;

	assert_int_equal(arch_parse(name, &arch, &error), 0);
	return arch;
}

static void test_parse(void **state)
{
	static const struct {
		const char *text, *arch, *version, *target, *filesystem, *type;
	} cases[] = {
		{"openwrt", "x86_64", "latest", "x86/64", "ext4", "combined"},
		{"openwrt", "i386", "latest", "x86/generic", "ext4", "combined"},
		{"openwrt", "aarch64", "latest", "armsr/armv8", "ext4", "rootfs"},
		{"openwrt:22.03", "aarch64", "22.03", "armvirt/64", "ext4", "rootfs"},
		{"openwrt:23.05.0", "arm", "23.05.0", "armsr/armv7", "ext4", "rootfs"},
		{"openwrt:snapshot", "arm", "snapshot", "armsr/armv7", "ext4", "rootfs"},
		{"openwrt/armvirt/64", "x86_64", "latest", "armvirt/64", "ext4", "rootfs"},
		{"openwrt@kernel", "x86_64", "latest", "x86/64", "", "kernel"},
		{"openwrt:1/a/b@tar", "x86_64", "1", "a/b", "", "tar"},
		{"openwrt:1/a_b/c-d@squashfs-combined-efi", "arm", "1", "a_b/c-d", "squashfs",
			"combined-efi"},
		{"openwrt@rootfs", "x86_64", "latest", "x86/64", "ext4", "rootfs"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct image_spec spec = {0};
		char *error = NULL;

		assert_true(image_spec_is(cases[i].text));
		assert_int_equal(
			image_spec_parse(cases[i].text, arch_named(cases[i].arch), &spec, &error),
			0);
		assert_string_equal(spec.version, cases[i].version);
		assert_string_equal(spec.target, cases[i].target);
		assert_string_equal(spec.filesystem, cases[i].filesystem);
		assert_string_equal(spec.type, cases[i].type);
	}
}

static void test_refusals(void **state)
{
	static const char *const cases[][2] = {
		{"openwrt:", "'' is no version"},
		{"openwrt:.5", "'.5' is no version"},
		{"openwrt:-1", "is no version"},
		{"openwrt:12345678901234567890123456789012", "is no version"},
		{"openwrt/", "'' is no target"},
		{"openwrt/x86", "has no subtarget"},
		{"openwrt/x86/", "'' is no subtarget"},
		{"openwrt/../x", "is no target"},
		{"openwrt/x86/64/y", "'/y' is too much"},
		{"openwrt:23.05:1", "':1' is too much"},
		{"openwrt@", "flavour '' is none of ext4-combined, "},
		{"openwrt@tgz", "flavour 'tgz' is none of "},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		struct image_spec spec = {0};
		char *error = NULL;

		assert_int_equal(image_spec_parse(cases[i][0], arch_named("x86_64"), &spec, &error),
			-EINVAL);
		if (strstr(error, cases[i][1]) == NULL)
			fail_msg("%s: %s", cases[i][0], error);
		free(error);
	}
	assert_false(image_spec_is("openwrt-23.05"));
	assert_false(image_spec_is("./openwrt"));
	assert_false(image_spec_is("open"));
}

static void test_arch(void **state)
{
	(void)state;
	assert_string_equal(image_spec_arch("x86/64"), "x86_64");
	assert_string_equal(image_spec_arch("armvirt/32"), "arm");
	assert_string_equal(image_spec_arch("armsr/armv8"), "aarch64");
	assert_null(image_spec_arch("ath79/nand"));
	assert_null(image_spec_arch(""));
}

static void test_compare(void **state)
{
	/* Each is older than the next. */
	static const char *const order[] = {"", "9", "19.07", "19.07.0", "22.03.9", "22.03.10",
		"23", "23.05", "23.05.0-rc1", "23.05.0-rc2", "23.05.0-rc10", "23.05.0", "23.05.0.1",
		"99999999999999999999"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(order); i++)
		for (size_t j = 0; j < UNIT_COUNT(order); j++) {
			int found = image_spec_compare(order[i], order[j]);

			if ((found > 0) - (found < 0) != (i > j) - (i < j))
				fail_msg("%s %s: %d", order[i], order[j], found);
		}
}

static void test_covers(void **state)
{
	static const struct {
		const char *meant, *version;
		bool covers;
	} cases[] = {
		{"23.05", "23.05.0", true},
		{"23.05", "23.05", true},
		{"23.05", "23.051.0", false},
		{"23.05", "23.05.0-rc1", false},
		{"23.05.0-rc1", "23.05.0-rc1", true},
		{"23", "23.05.0", true},
		{"latest", "23.05.0", true},
		{"latest", "23.05.0-rc1", false},
		{"latest", "snapshot", false},
		{"snapshot", "snapshot", true},
		{"23.05.0", "23.05", false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++)
		if (image_spec_covers(cases[i].meant, cases[i].version) != cases[i].covers)
			fail_msg("%s %s", cases[i].meant, cases[i].version);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_arch),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_covers),
	};

	return cmocka_run_group_tests_name("spec", tests, NULL, NULL);
}
