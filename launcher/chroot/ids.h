/* SPDX-License-Identifier: MIT
 * The ids of a user namespace: a range of the user's subordinate ones, subuid(5). */
#ifndef OWVM_LAUNCHER_CHROOT_IDS_H
#define OWVM_LAUNCHER_CHROOT_IDS_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct id_range {
	uint32_t first;
	uint32_t n;
};

struct ids {
	struct id_range uids;
	struct id_range gids;
};

/* The largest range that lines of NAME:FIRST:COUNT, as of subuid(5), give the user, who is there by
 * his name or uid. Lines that make no sense give none. Returns 0, or -ENOENT. */
int id_range_find(FILE *lines, const char *name, uid_t uid, struct id_range *ret_range);

/* The user's, by /etc/subuid and /etc/subgid. Returns 0, or -errno with a sentence that has the
 * command which mends it. */
int ids_find(struct ids *ret_ids, char **reterr_text);

/* Give the user namespace of that process these ids, from 0 on, by newuidmap(1) and newgidmap(1).
 * Returns 0, or -errno with a sentence. */
int ids_map(const struct ids *ids, pid_t pid, char **reterr_text);

/* Say that there is no user namespace, or one without rights. Returns -error. */
int ids_say_namespace(int error, char **reterr_text);

#endif
