/* SPDX-License-Identifier: MIT
 * Tests of launcher/host/accel.c. */
#include "launcher/host/accel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/unit.h"

static const struct {
	struct accel_facts facts;
	enum accel automatic;
	const char *reason; /* a part of it */
} cases[] = {
	{{0, 12, true, false, false, NULL}, ACCEL_KVM, "works"},
	{{0, 12, false, true, false, NULL}, ACCEL_KVM, "works"},
	{{0, 12, true, true, false, NULL}, ACCEL_KVM, "works"},
	/* It opens and says 12, and no guest would ever run. */
	{{0, 12, false, false, false, NULL}, ACCEL_TCG, "neither kvm_intel nor kvm_amd"},
	{{0, 11, true, true, false, NULL}, ACCEL_TCG, "API version 11"},
	{{0, -1, true, true, false, NULL}, ACCEL_TCG, "API version -1"},
	{{ENOENT, -1, true, true, false, NULL}, ACCEL_TCG, "No such file"},
	{{0, 12, true, true, true, NULL}, ACCEL_TCG, "of another kind"},
	{{EACCES, -1, true, true, false, NULL}, ACCEL_TCG, "group 'kvm'"},
};

/* What a VM's earlier start tells counts for `auto` only, and only where KVM seems to work. */
static void test_choose_remembered(void **state)
{
	const struct accel_facts good = {.api = 12, .module = true, .remembered = "it was silent"};
	const struct accel_facts bad = {
		.open_error = ENOENT, .api = -1, .remembered = "it was silent"};
	static const struct {
		enum accel wanted, chosen;
		bool bad;
		const char *reason;
	} remembered[] = {
		{ACCEL_AUTO, ACCEL_TCG, false, "it was silent"},
		{ACCEL_KVM, ACCEL_KVM, false, "works"},
		{ACCEL_TCG, ACCEL_TCG, false, "asked for"},
		{ACCEL_AUTO, ACCEL_TCG, true, "No such file"},
	};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(remembered); i++) {
		enum accel accel = ACCEL_AUTO;
		char *reason = NULL, *error = NULL;

		assert_int_equal(accel_choose(remembered[i].wanted,
					 remembered[i].bad ? &bad : &good, &accel, &reason, &error),
			0);
		assert_int_equal(accel, remembered[i].chosen);
		assert_non_null(strstr(reason, remembered[i].reason));
		free(reason);
	}
}

static void test_choose_auto(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		enum accel accel = ACCEL_AUTO;
		char *reason = NULL, *error = NULL;

		assert_int_equal(
			accel_choose(ACCEL_AUTO, &cases[i].facts, &accel, &reason, &error), 0);
		assert_int_equal(accel, cases[i].automatic);
		assert_non_null(strstr(reason, cases[i].reason));
		free(reason);
	}
}

static void test_choose_kvm(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		enum accel accel = ACCEL_AUTO;
		char *reason = NULL, *error = NULL;
		int r = accel_choose(ACCEL_KVM, &cases[i].facts, &accel, &reason, &error);

		if (cases[i].automatic == ACCEL_KVM) {
			assert_int_equal(r, 0);
			assert_int_equal(accel, ACCEL_KVM);
		} else {
			assert_int_equal(r, -ENODEV);
			assert_non_null(strstr(error, cases[i].reason));
			assert_non_null(strstr(error, "'--accel tcg'"));
		}
		free(reason);
		free(error);
	}
}

static void test_choose_tcg(void **state)
{
	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		enum accel accel = ACCEL_AUTO;
		char *reason = NULL, *error = NULL;

		assert_int_equal(
			accel_choose(ACCEL_TCG, &cases[i].facts, &accel, &reason, &error), 0);
		assert_int_equal(accel, ACCEL_TCG);
		free(reason);
	}
}

/* Whatever this host has: what is seen agrees with itself. */
static void test_probe(void **state)
{
	struct accel_facts facts = {0};

	(void)state;
	accel_probe(&facts);
	assert_int_equal(facts.open_error != 0, facts.api < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose_auto),
		cmocka_unit_test(test_choose_remembered),
		cmocka_unit_test(test_choose_kvm),
		cmocka_unit_test(test_choose_tcg),
		cmocka_unit_test(test_probe),
	};

	return cmocka_run_group_tests_name("accel", tests, NULL, NULL);
}
