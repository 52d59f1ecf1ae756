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
	int fds[RUNTIME_BASES_MAX]; /* by runtime_bases_open(); negative: nothing is used in it */
	size_t n;
	uid_t uid;
	char *problem; /* why something was left out: a sentence; NULL: nothing was */
};

void runtime_bases_init(const struct runtime_places *places, struct runtime_bases *ret_bases);

/* For who reads what is in them: open those that are there and that nobody else can have written.
 * The path of such a one leads there whatever other users do. That one cannot be believed is a
 * problem where it is the first; others have no need to be looked at. */
void runtime_bases_open(struct runtime_bases *bases);
void runtime_bases_free(struct runtime_bases *bases);

#define OWNED_BASES __attribute__((cleanup(runtime_bases_free))) struct runtime_bases

/* Open the directory of a VM in the i-th of them, which is open; with `make` it is made unless it
 * is there, mode 0700. *ret_path is its path, which the caller frees. Returns a fd that the caller
 * owns, or -errno: -ENOENT when there is none, else with a sentence that names the owner. */
int runtime_entry_open(const struct runtime_bases *bases, size_t i, const char *name, bool make,
	char **ret_path, char **reterr_text);

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
