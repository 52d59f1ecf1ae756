/* SPDX-License-Identifier: MIT
 * Users and groups for tests: fixed tables in place of NSS. */
#ifndef OWVM_TESTS_POLICY_NAMES_H
#define OWVM_TESTS_POLICY_NAMES_H

#include "policy/policy-parse.h"

struct names_entry {
	const char *name; /* NULL ends a table */
	uint32_t id;
};

/* Find a name in a table, as the functions of struct policy_names do. Whoever looks up 'trouble'
 * gets -EIO. */
int names_find(const struct names_entry *entries, const char *name, uint32_t *ret_id);

/* Of the tests in this folder: users root 0, alice 1000, bob 1001, mallory 1002, guest 100777,
 * nobody 65534; groups netlab 2000, owvm 2001, staff 2002. */
extern const struct policy_names test_names;

#endif
