/* SPDX-License-Identifier: MIT
 * The lines of a vm.conf, changed without touching those that are not meant: comments and their
 * order stay. Pure. */
#ifndef OWVM_LAUNCHER_CHANGE_LINES_H
#define OWVM_LAUNCHER_CHANGE_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct option_row;

struct lines {
	char **items; /* without their ends */
	size_t n;
};

/* Take a text apart; free with lines_free(). */
void lines_read(const char *text, struct lines *ret_lines);
void lines_free(struct lines *lines);

#define OWNED_LINES __attribute__((cleanup(lines_free))) struct lines

/* All of them as one text, each with an end; the caller frees it. */
char *lines_join(const struct lines *lines);

/* Which key line i sets, and (ret_value may be NULL) a copy of its value, which the caller frees;
 * NULL: none that is known. */
const struct option_row *lines_row(const struct lines *lines, size_t i, char **ret_value);

/* Let the key have these n values: in the place of its first line, or at the end. */
void lines_set(struct lines *lines, const struct option_row *row, char *const *values, size_t n);

/* Let a key that repeats have one more value, behind those that it has. */
void lines_add(struct lines *lines, const struct option_row *row, const char *value);

/* Take the key's lines out, or (value is not NULL) those with that value. Returns how many. */
size_t lines_remove(struct lines *lines, const struct option_row *row, const char *value);

/* Let line i, which sets a key, have this value. */
void lines_replace(struct lines *lines, size_t i, const char *value);

/* Take line i out. */
void lines_drop(struct lines *lines, size_t i);

#endif
