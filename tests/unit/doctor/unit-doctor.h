/* SPDX-License-Identifier: MIT
 * What the tests of owrun doctor share: a case is facts, a judge, and what it must find. */
#ifndef OWVM_TESTS_UNIT_DOCTOR_UNIT_DOCTOR_H
#define OWVM_TESTS_UNIT_DOCTOR_UNIT_DOCTOR_H

#include "launcher/doctor/facts.h"

struct unit_doctor {
	struct doctor_facts facts;
	void (*judge)(const struct doctor_facts *facts, json_t *findings);
	const char *check, *state;
	const char *text;    /* a part of it */
	const char *command; /* a part of it; NULL: there is none */
};

/* Judge the facts of each case: there is exactly one finding with that check and text. */
void unit_doctor_assert(const struct unit_doctor *cases, size_t n);

#endif
