/* SPDX-License-Identifier: MIT
 * Tests of launcher/vm/arch.c. */
#include "launcher/vm/arch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static void test_parse(void **state)
{
	static const struct {
		const char *text, *name;
	} cases[] = {{"x86_64", "x86_64"}, {"amd64", "x86_64"}, {"arm64", "aarch64"},
		{"aarch64", "aarch64"}, {"armhf", "arm"}, {"i686", "i386"}};
	const struct arch *arch = NULL;
	char *error = NULL;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		assert_int_equal(arch_parse(cases[i].text, &arch, &error), 0);
		assert_string_equal(arch->name, cases[i].name);
	}
	assert_int_equal(arch_parse("aarch46", &arch, &error), -EINVAL);
	assert_non_null(strstr(error, "did you mean 'aarch64'?"));
	free(error);
	error = NULL;
	assert_int_equal(arch_parse("vax", &arch, &error), -EINVAL);
	assert_null(strstr(error, "did you mean"));
	free(error);
}

static void test_rows(void **state)
{
	static const char *const names[] = {"x86_64", "i386", "aarch64", "arm"};
	unsigned int native = 0;

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(names); i++) {
		const struct arch *arch = NULL;
		char *error = NULL;

		assert_int_equal(arch_parse(names[i], &arch, &error), 0);
		assert_true(arch->name && arch->qemu && arch->package && arch->machine &&
			    arch->cpu_tcg && arch->console);
		native += arch_is_native(arch) ? 1 : 0;
	}
	assert_true(native >= 1);
	assert_true(arch_is_native(arch_host()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("arch", tests, NULL, NULL);
}
