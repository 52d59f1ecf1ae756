/* SPDX-License-Identifier: MIT
 * What the tests of policy/ share. */
#include "tests/unit/policy/unit-policy.h"

#include <string.h>

#include "policy/subid.h"
#include "tests/unit/unit.h"

struct policy *unit_policy(const char *text, const char *subuid)
{
	struct policy *policy = policy_new("p", "s");

	policy_parse(policy, policy->main, text, strlen(text), &test_names);
	subid_parse(policy, policy->subuid, subuid, strlen(subuid));
	return policy;
}

char *unit_policy_errors(const struct policy *policy)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	assert_non_null(stream);
	policy_print_errors(policy, stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}
