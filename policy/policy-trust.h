/* SPDX-License-Identifier: MIT
 * Reading files that nobody but the administrator can have written.
 *
 * Every directory from '/' on is opened relative to the one before, without following a symbolic
 * link, and checked through its fd: whoever could exchange one of them owns it, and is trusted. So
 * what was checked is what is read, with no race. */
#ifndef OWVM_POLICY_POLICY_TRUST_H
#define OWVM_POLICY_POLICY_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct policy;

struct policy_trust {
	struct policy *policy; /* gets the errors */
	const char *file;      /* which they name; at most POLICY_PATH_MAX bytes */
	uint32_t owner;	       /* of files; directories may belong to root as well */
};

/* Open the directory that holds the file of this path, which is absolute and plain (no empty, "."
 * or ".." part, at most POLICY_PATH_MAX bytes). Returns an fd that is good as a starting point
 * only (O_PATH) and sets *ret_leaf to the last part of path, or notes an error and returns
 * -errno. */
int policy_trust_open_parent(
	const struct policy_trust *trust, const char *path, const char **ret_leaf);

/* Open the directory `name` of `parent` (O_PATH); `shown` is its path. Returns an fd, or notes an
 * error (but not of a missing directory that is optional) and returns -errno. */
int policy_trust_open_directory(const struct policy_trust *trust, int parent, const char *name,
	const char *shown, bool optional);

/* Read the file `name` of the directory `parent`. Returns its bytes, to be freed, and their number,
 * or notes an error (but not of a missing file that is optional) and returns NULL. */
char *policy_trust_read(const struct policy_trust *trust, int parent, const char *name,
	bool optional, size_t *ret_size);

#endif
