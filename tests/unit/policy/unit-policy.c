/* SPDX-License-Identifier: MIT
 * What the tests of policy/ share. */
#include "tests/unit/policy/unit-policy.h"

#include <string.h>

#include "policy/subid.h"
#include "tests/policy/names.h"
#include "tests/unit/unit.h"

static int find_user(const char *name, uint32_t *ret_uid)
{
	static const struct names_entry users[] = {
		{"root", 0}, {"alice", 1001}, {"bob", 1002}, {NULL, 0}};

	return names_find(users, name, ret_uid);
}

static int find_group(const char *name, uint32_t *ret_gid)
{
	static const struct names_entry groups[] = {{"owvm", 2001}, {"lab", 2002}, {NULL, 0}};

	return names_find(groups, name, ret_gid);
}

const struct policy_names unit_names = {.find_user = find_user, .find_group = find_group};

struct policy *unit_policy(const char *text, const char *subuid)
{
	struct policy *policy = policy_new("p", "s");

	policy_parse(policy, policy->main, text, strlen(text), &unit_names);
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
