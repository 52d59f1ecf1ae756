/* SPDX-License-Identifier: MIT
 * User namespaces of users: made, tried, and what is said on a host that has none for them. */
#ifndef OWVM_LAUNCHER_BASE_USER_NAMESPACE_H
#define OWVM_LAUNCHER_BASE_USER_NAMESPACE_H

#include <stdbool.h>

/* Enter a user namespace of the user's own, where he is himself or root, and further namespaces by
 * the flags of unshare(2), which it owns. Returns 0 or -errno. */
int user_namespace_enter(int flags, bool root);

/* Try in a child whether one serves: AppArmor lets users make it and denies what its owner may do
 * in it, user_namespaces(7). Returns 0 or -errno. */
int user_namespace_try(void);

/* Say why there is none; error is the errno of clone(2) or unshare(2), or of what its owner may do
 * and this one may not. Returns -error. */
int user_namespace_fail(int error, char **reterr_text);

#endif
