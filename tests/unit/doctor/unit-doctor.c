/* SPDX-License-Identifier: MIT
 * What the tests of owrun doctor share: a case is facts, a judge, and what it must find. */
#include "tests/unit/doctor/unit-doctor.h"

#include <string.h>

#include "tests/unit/unit.h"

static const char *member(const json_t *finding, const char *key)
{
	const char *text = json_string_value(json_object_get(finding, key));

	return text == NULL ? "" : text;
}

static bool fits(const struct unit_doctor *wanted, const json_t *finding)
{
	return strcmp(member(finding, "check"), wanted->check) == 0 &&
	       strstr(member(finding, "text"), wanted->text) != NULL;
}

static void assert_finding(const struct unit_doctor *wanted, const json_t *finding)
{
	assert_string_equal(member(finding, "state"), wanted->state);
	if (wanted->command == NULL)
		assert_true(json_is_null(json_object_get(finding, "command")));
	else
		assert_non_null(strstr(member(finding, "command"), wanted->command));
}

static void assert_one(const struct unit_doctor *wanted)
{
	json_t *findings = json_array();
	size_t found = 0;

	wanted->judge(&wanted->facts, findings);
	for (size_t i = 0; i < json_array_size(findings); i++)
		if (fits(wanted, json_array_get(findings, i))) {
			assert_finding(wanted, json_array_get(findings, i));
			found++;
		}
	if (found != 1)
		fail_msg("%zu findings of '%s' have '%s'", found, wanted->check, wanted->text);
	json_decref(findings);
}

void unit_doctor_assert(const struct unit_doctor *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_one(&cases[i]);
}
