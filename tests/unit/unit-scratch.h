/* SPDX-License-Identifier: MIT
 * A scratch directory that a test works in, files in it, and what a function prints. */
#ifndef OWVM_TESTS_UNIT_UNIT_SCRATCH_H
#define OWVM_TESTS_UNIT_UNIT_SCRATCH_H

/* cmocka's set-up and tear-down: a new directory below /tmp becomes the current one, and goes with
 * all that is in it. *state is its path, without symlinks. */
int scratch_set_up(void **state);
int scratch_tear_down(void **state);

/* The other tear-down: it fails when the tests have left anything in the directory. */
int scratch_tear_down_empty(void **state);

/* Remove a directory with all that is in it. Returns 0 or -1. */
int scratch_remove(const char *path);

/* Make or replace a file; its directory is made if need be (one level). */
void scratch_write(const char *path, const char *text);

/* The text of a file. Free it. */
char *scratch_read(const char *path);

/* What a function prints on stdout, and what it returns. Free the text. */
char *scratch_output(int (*function)(void *context), void *context, int *ret_result);

#endif
