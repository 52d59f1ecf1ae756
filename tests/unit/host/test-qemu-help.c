/* SPDX-License-Identifier: MIT
 * Tests of launcher/host/qemu-help.c. */
#include "launcher/host/qemu-help.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "tests/unit/unit.h"

static const struct {
	const char *line, *name, *description, *alias_of;
	bool deprecated;
} rows[] = {
	{"microvm              microvm (i386)", "microvm", "microvm (i386)", NULL, false},
	{"pc-i440fx-7.2        Standard PC (i440FX + PIIX, 1996) (default)", "pc-i440fx-7.2",
		"Standard PC (i440FX + PIIX, 1996)", NULL, false},
	{"q35                  Standard PC (Q35 + ICH9, 2009) (alias of pc-q35-7.2)", "q35",
		"Standard PC (Q35 + ICH9, 2009)", "pc-q35-7.2", false},
	{"pc-i440fx-1.7        Standard PC (i440FX + PIIX, 1996) (deprecated)", "pc-i440fx-1.7",
		"Standard PC (i440FX + PIIX, 1996)", NULL, true},
	{"old  Old (alias of older) (default) (deprecated)", "old", "Old", "older", true},
	{"x86 486                   (alias configured by machine type)", "486", NULL, NULL, false},
	{"x86 Broadwell-IBRS        (alias of Broadwell-v3)", "Broadwell-IBRS", NULL,
		"Broadwell-v3", false},
	/* Notes come in parentheses, and so do parts of descriptions, and blanks follow. */
	{"x86 Nehalem-v1            Intel Core i7 9xx (Nehalem Class)  ", "Nehalem-v1",
		"Intel Core i7 9xx (Nehalem Class)", NULL, false},
	{"x86 486-v1                ", "486-v1", NULL, NULL, false},
	/* x86 of QEMU 9.1 and later, and ARM. */
	{"  Broadwell-IBRS          (alias of Broadwell-v3)", "Broadwell-IBRS", NULL,
		"Broadwell-v3", false},
	{"  max", "max", NULL, NULL, false},
	{"  pxa250 (deprecated)", "pxa250", NULL, NULL, true},
	{"odd (", "odd", "(", NULL, false},
	{"odd )(", "odd", ")(", NULL, false},
};

static const char *const no_rows[] = {
	"", "   ", "x86 ", "Supported machines are:", "Available CPUs:", "Recognized CPUID flags:"};

static void assert_same(const char *text, const char *expected)
{
	if (expected == NULL)
		assert_null(text);
	else
		assert_string_equal(text, expected);
}

static void test_read_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(rows); i++) {
		OWNED_MEMORY char *line = text_format("%s", rows[i].line);
		struct qemu_help help = {0};

		assert_true(qemu_help_read(line, &help));
		assert_string_equal(help.name, rows[i].name);
		assert_same(help.description, rows[i].description);
		assert_same(help.alias_of, rows[i].alias_of);
		assert_int_equal(help.deprecated, rows[i].deprecated);
	}
}

static void test_read_other_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(no_rows); i++) {
		OWNED_MEMORY char *line = text_format("%s", no_rows[i]);
		struct qemu_help help = {0};

		assert_false(qemu_help_read(line, &help));
		assert_null(help.name);
	}
}

static void test_ends(void **state)
{
	(void)state;
	assert_true(qemu_help_ends("Recognized CPUID flags:"));
	assert_false(qemu_help_ends("x86 max"));
	assert_false(qemu_help_ends(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read_rows),
		cmocka_unit_test(test_read_other_lines),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests_name("qemu-help", tests, NULL, NULL);
}
