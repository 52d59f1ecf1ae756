/* SPDX-License-Identifier: MIT
 * User namespaces of users: what a host says that has none for them. */
#ifndef OWVM_LAUNCHER_BASE_USER_NAMESPACE_H
#define OWVM_LAUNCHER_BASE_USER_NAMESPACE_H

/* Say why there is none; error is the errno of clone(2) or unshare(2), or of what its owner may do
 * and this one may not. Returns -error. */
int user_namespace_fail(int error, char **reterr_text);

#endif
