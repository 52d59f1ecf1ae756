/* SPDX-License-Identifier: MIT
 * Users and groups for tests: fixed tables in place of NSS. */
#include "tests/policy/names.h"

#include <errno.h>
#include <string.h>

struct entry {
	const char *name; /* NULL ends a table */
	uint32_t id;
};

static int find(const struct entry *entries, const char *name, uint32_t *ret_id)
{
	if (strcmp(name, "trouble") == 0)
		return -EIO;
	for (; entries->name != NULL; entries++) {
		if (strcmp(entries->name, name) == 0) {
			*ret_id = entries->id;
			return 0;
		}
	}
	return -ENOENT;
}

static int find_user(const char *name, uint32_t *ret_uid)
{
	static const struct entry users[] = {{"root", 0}, {"alice", 1000}, {"bob", 1001},
		{"mallory", 1002}, {"guest", 100777}, {"nobody", 65534}, {NULL, 0}};

	return find(users, name, ret_uid);
}

static int find_group(const char *name, uint32_t *ret_gid)
{
	static const struct entry groups[] = {{"netlab", 2000}, {"owvm", 2001}, {"staff", 2002},
		{"netlab admins", 2003}, {"domain users", 2004}, {NULL, 0}};

	return find(groups, name, ret_gid);
}

const struct policy_names test_names = {.find_user = find_user, .find_group = find_group};
