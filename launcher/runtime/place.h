/* SPDX-License-Identifier: MIT
 * The parents of the VMs' runtime directories, and whether they can be trusted. */
#ifndef OWVM_LAUNCHER_RUNTIME_PLACE_H
#define OWVM_LAUNCHER_RUNTIME_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define RUNTIME_BASES_MAX 3

/* Where directories of VMs may be. */
struct runtime_places {
	const char *xdg;      /* $XDG_RUNTIME_DIR, or NULL */
	const char *fallback; /* where "owvm-UID" is made: "/tmp" */
	const char *logins; /* where logins have directories, by uid: "/run/user"; NULL: nowhere */
	uid_t uid;
};

void runtime_places_init(struct runtime_places *ret_places);

/* The parents that are in use or could be, the one for new VMs first. */
struct runtime_bases {
	char *paths[RUNTIME_BASES_MAX];
	bool believed[RUNTIME_BASES_MAX]; /* by runtime_bases_judge() */
	size_t n;
	char *problem; /* of the first, if it is a stranger's: a sentence; NULL: none */
};

void runtime_bases_init(const struct runtime_places *places, struct runtime_bases *ret_bases);

/* For who reads what is in them. Nothing is to be looked at in one that is not believed: it is not
 * there, or another user can have written it. */
void runtime_bases_judge(struct runtime_bases *bases, uid_t uid);
void runtime_bases_free(struct runtime_bases *bases);

#define OWNED_BASES __attribute__((cleanup(runtime_bases_free))) struct runtime_bases

/* Is it a directory (no symlink) of this uid which nobody else can enter? 0, or -errno with a
 * sentence; -ENOENT when there is none. */
int runtime_place_check(const char *path, uid_t uid, char **reterr_text);

/* Make the directory unless it is there, mode 0700, and check it. */
int runtime_place_make(const char *path, uid_t uid, char **reterr_text);

/* Where a new VM of this name would have its directory; the caller frees it. Nothing is made.
 * Returns 0, or -errno with a sentence: no place is fit, or a socket's path would be too long. */
int runtime_path(const struct runtime_places *places, const char *name, char **ret_directory,
	char **reterr_text);

#endif
