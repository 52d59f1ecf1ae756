/* SPDX-License-Identifier: MIT
 * The ids of names. */
#ifndef OWVM_POLICY_POLICY_NAMES_H
#define OWVM_POLICY_POLICY_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* How names become ids. Both return 0, -ENOENT for an unknown name, or -errno. */
struct policy_names {
	int (*find_user)(const char *name, uint32_t *ret_uid);
	int (*find_group)(const char *name, uint32_t *ret_gid);
};

/* As the user database has them. */
extern const struct policy_names policy_names_nss;

/* A word of digits is always an id, never a name. */
bool policy_names_is_id(const char *word);

#endif
