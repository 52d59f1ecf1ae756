/* SPDX-License-Identifier: MIT
 * What the tests of policy/ share: a policy from a text, with names that need no NSS. */
#ifndef OWVM_TESTS_UNIT_POLICY_UNIT_POLICY_H
#define OWVM_TESTS_UNIT_POLICY_UNIT_POLICY_H

#include "policy/policy-object.h"
#include "policy/policy-parse.h"
#include "tests/policy/names.h"

/* The policy that a file "p" of this text makes, with "s" as subuid(5). Free it. */
struct policy *unit_policy(const char *text, const char *subuid);

/* What policy_print_errors() prints. Free it. */
char *unit_policy_errors(const struct policy *policy);

#endif
