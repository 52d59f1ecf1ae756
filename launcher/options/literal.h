/* SPDX-License-Identifier: MIT
 * Values are taken as they are, and no shell has read them: who thinks otherwise is told. */
#ifndef OWVM_LAUNCHER_OPTIONS_LITERAL_H
#define OWVM_LAUNCHER_OPTIONS_LITERAL_H

#include <stdbool.h>

struct option_row;

/* How many bytes stand before the path in a value of that row; negative: there is no path. */
int literal_path(const struct option_row *row, const char *text);

/* Refuse quotes around a value that is `of_file`, a vm.conf, and a path that leads nowhere where it
 * has what a shell would make something else of. Returns 0, or -EINVAL with a sentence. */
int literal_check(const struct option_row *row, const char *text, bool of_file, char **reterr_text);

/* The value's path that is to be there before the VM starts, and is not; NULL: it is there, or the
 * value has none. The caller frees it. */
char *literal_missing(const struct option_row *row, const char *text);

#endif
