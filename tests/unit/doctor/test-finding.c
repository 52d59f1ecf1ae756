/* SPDX-License-Identifier: MIT
 * Tests of launcher/doctor/finding.c. */
#include "launcher/doctor/finding.h"

#include <stdlib.h>

#include "launcher/base/text.h"
#include "tests/unit/unit.h"

static void assert_printed(const json_t *findings, bool colour, const char *expected)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	finding_print(findings, colour, stream);
	fclose(stream);
	assert_string_equal(text, expected);
	free(text);
}

static void test_print(void **state)
{
	json_t *findings = json_array();

	(void)state;
	finding_add(findings, FINDING_OK, "tun", NULL, "mode %04o", 0666u);
	finding_add(findings, FINDING_WARNING, "ping", text_format("sudo mend"), "closed");
	/* Whatever a file or netd said, a terminal sees no control characters, and no line more. */
	finding_add(findings, FINDING_BROKEN, "netd", text_format("a\033b"), "x\033[2J\ny\377");
	assert_printed(findings, false,
		"broken   netd        x\\e[2J\\ny\357\277\275\n"
		"                       a\\eb\n"
		"warning  ping        closed\n"
		"                       sudo mend\n"
		"ok       tun         mode 0666\n"
		"1 broken, 1 warning, 1 ok; the line below a finding is the command that mends it\n");
	json_array_clear(findings);
	finding_add(findings, FINDING_BROKEN, "tun", NULL, "gone");
	assert_printed(findings, true,
		"\033[31mbroken \033[0m  tun         gone\n"
		"1 broken, 0 warnings, 0 ok; the line below a finding is the command that mends it\n");
	json_decref(findings);
}

static void test_any_broken(void **state)
{
	json_t *findings = json_array();

	(void)state;
	assert_false(finding_any_broken(findings));
	finding_add(findings, FINDING_OK, "a", NULL, "broken");
	finding_add(findings, FINDING_WARNING, "b", NULL, "x");
	assert_false(finding_any_broken(findings));
	finding_add(findings, FINDING_BROKEN, "c", NULL, "x");
	assert_true(finding_any_broken(findings));
	json_decref(findings);
}

static void test_for_root(void **state)
{
	json_t *findings = json_array();

	(void)state;
	finding_add(findings, FINDING_OK, "a", NULL, "sudo x");
	finding_add(findings, FINDING_OK, "b", text_format("sudo rm x && sudo modprobe y"), "x");
	finding_add(findings, FINDING_OK, "c", text_format("df -h"), "x");
	finding_for_root(findings);
	assert_true(json_is_null(json_object_get(json_array_get(findings, 0), "command")));
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(findings, 1), "command")),
		"rm x && modprobe y");
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(findings, 2), "command")),
		"df -h");
	json_decref(findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_any_broken),
		cmocka_unit_test(test_for_root),
	};

	return cmocka_run_group_tests_name("doctor-finding", tests, NULL, NULL);
}
