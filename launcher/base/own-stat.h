/* SPDX-License-Identifier: MIT
 * What nobody but the user, and root, can have written: owners, modes and access lists. */
#ifndef OWVM_LAUNCHER_BASE_OWN_STAT_H
#define OWVM_LAUNCHER_BASE_OWN_STAT_H

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

#define OWN_ANYONE ((uid_t)-1) /* as uid: whoever wrote it is believed, as the user said */

/* Is the owner uid or root? */
bool own_by_owner(uid_t owner, uid_t uid);

/* Can nobody but uid and root write to what it tells of? A group counts as others unless it is the
 * user's private one: of his name, his by passwd(5), and with no other member. */
bool own_by_stat(const struct stat *st, uid_t uid);

/* The same of an open file (O_PATH will do) of which `st` tells: by its access list (acl(5)), too,
 * which the mode shows as a group that can write. */
bool own_by_fd(int fd, const struct stat *st, uid_t uid);

/* The name of a user in quotes, or "uid N": a word for a sentence; the caller frees it. */
char *own_user(uid_t uid);

/* Whose it is and who may write: words in brackets; the caller frees them. */
char *own_words(const struct stat *st);

#endif
