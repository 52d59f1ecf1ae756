/* SPDX-License-Identifier: MIT
 * Users and groups for tests: fixed tables in place of NSS. */
#ifndef OWVM_TESTS_POLICY_NAMES_H
#define OWVM_TESTS_POLICY_NAMES_H

#include "policy/policy-names.h"

/* Users root 0, alice 1000, bob 1001, mallory 1002, guest 100777, nobody 65534; groups netlab 2000,
 * owvm 2001, staff 2002. Whoever looks up 'trouble' gets -EIO. */
extern const struct policy_names test_names;

#endif
