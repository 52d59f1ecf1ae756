/* SPDX-License-Identifier: MIT
 * The ids of names, by the user database. */
#include "policy/policy-names.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <string.h>

bool policy_names_is_id(const char *word)
{
	return word[0] != '\0' && word[strspn(word, "0123456789")] == '\0';
}

/* What getpwnam(3) leaves in errno where there is just no such name. */
static int lookup_error(int error)
{
	switch (error) {
	case 0:
	case ENOENT:
	case ESRCH:
	case EBADF:
	case EPERM:
		return -ENOENT;
	default:
		return -error;
	}
}

static int find_user(const char *name, uint32_t *ret_uid)
{
	const struct passwd *entry = NULL;

	errno = 0;
	entry = getpwnam(name);
	if (entry == NULL)
		return lookup_error(errno);
	*ret_uid = entry->pw_uid;
	return 0;
}

static int find_group(const char *name, uint32_t *ret_gid)
{
	const struct group *entry = NULL;

	errno = 0;
	entry = getgrnam(name);
	if (entry == NULL)
		return lookup_error(errno);
	*ret_gid = entry->gr_gid;
	return 0;
}

const struct policy_names policy_names_nss = {.find_user = find_user, .find_group = find_group};
