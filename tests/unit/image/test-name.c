/* SPDX-License-Identifier: MIT
 * Tests of launcher/image/name.c. */
#include "launcher/image/name.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void test_derive(void **state)
{
	static const char *const cases[][2] = {
		{"/x/openwrt-23.05.0-x86-64-generic-ext4-combined.img.gz",
			"openwrt-23.05.0-x86-64-generic-ext4-combined"},
		{"disk.raw", "disk"},
		{"a.qcow2.xz", "a"},
		{"A.VDI.ZIP", "A"},
		{".img", "img"},
		{"-.-a b.iso", "a-b"},
		{"https://h/d/x.img.gz?token=a/b.img#c", "x"},
		{"/d/what?.img", "what-"},
		{"https://h/d/", "d"},
		{"/", "image"},
		{"\xff\xfe", "image"},
		{"x.json", "x.json"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *name = image_name_derive(cases[i][0]);

		assert_string_equal(name, cases[i][1]);
		assert_true(image_name_valid(name));
		free(name);
	}
}

static void test_a_long_name_is_cut(void **state)
{
	char source[3 * IMAGE_NAME_MAX] = "";
	char *name = NULL;

	(void)state;
	memset(source, 'a', sizeof(source) - 1);
	name = image_name_derive(source);
	assert_int_equal(strlen(name), IMAGE_NAME_MAX);
	free(name);
	assert_false(image_name_valid(source));
}

static void test_valid(void **state)
{
	static const char *const wrong[] = {"", ".", "..", ".a", "-a", "a/b", "a b", "a\n", "../a"};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(wrong); i++)
		assert_false(image_name_valid(wrong[i]));
	assert_true(image_name_valid("a.-_Z0"));
}

static void test_urls(void **state)
{
	static const struct {
		const char *source, *plain;
		bool url;
	} cases[] = {
		{"http://h/x", "http://h/x", true},
		{"https://user:pass@h:8/x@y", "https://h:8/x@y", true},
		{"http://a@b@h/x", "http://h/x", true},
		{"http://h?a@b", "http://h?a@b", true},
		{"/a://b@c", "/a://b@c", false},
		{"./http://x@y", "./http://x@y", false},
		{"://x", "://x", false},
		{"x", "x", false},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *plain = image_name_plain(cases[i].source);

		assert_int_equal(image_name_is_url(cases[i].source), cases[i].url);
		assert_string_equal(plain, cases[i].plain);
		free(plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derive),
		cmocka_unit_test(test_a_long_name_is_cut),
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_urls),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
