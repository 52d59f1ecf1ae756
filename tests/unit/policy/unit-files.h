/* SPDX-License-Identifier: MIT
 * A scratch directory with the files of a policy, in a place that policy_load() can trust. */
#ifndef OWVM_TESTS_UNIT_POLICY_UNIT_FILES_H
#define OWVM_TESTS_UNIT_POLICY_UNIT_FILES_H

#include <sys/types.h>

#include "policy/policy.h"

struct unit_files {
	char directory[128];
	char main[256], policy_d[256], subuid[256];
	struct policy_paths paths; /* the three above, and our own uid */
	unsigned int fds;	   /* open when the test began */
};

/* cmocka's set-up and tear-down. *state becomes a struct unit_files: the directory holds a
 * policy.conf that permits 'main' to anybody, an empty policy.d, and no subuid. Every directory
 * from '/' on must belong to root or to us and be writable by nobody else, and /tmp is not like
 * that: tried are the build directory, $XDG_RUNTIME_DIR, $HOME and /run. Where none will do, *state
 * is NULL, and unit_files() skips the test. The tear-down fails when a test leaves an fd open. */
int unit_files_set_up(void **state);
int unit_files_tear_down(void **state);

struct unit_files *unit_files(void **state);

/* Make or replace a file; `name` is relative to the directory. */
void unit_files_write(const struct unit_files *files, const char *name, const char *text);
void unit_files_chmod(const struct unit_files *files, const char *name, mode_t mode);

/* The path of a name, until the next call. */
const char *unit_files_path(const struct unit_files *files, const char *name);

/* Load, and compare the errors, where '@' stands for the directory. */
void unit_files_assert(const struct unit_files *files, const char *errors);

#endif
