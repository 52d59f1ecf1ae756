/* SPDX-License-Identifier: MIT
 * User namespaces of users: what a host says that has none for them. */
#include "launcher/base/user-namespace.h"

#include <string.h>

#include "launcher/base/text.h"

int user_namespace_fail(int error, char **reterr_text)
{
	return text_fail(reterr_text, -error,
		"this host lets you make no user namespace: %s (sysctl kernel.unprivileged_userns_clone and user.max_user_namespaces, or AppArmor)",
		strerror(error));
}
