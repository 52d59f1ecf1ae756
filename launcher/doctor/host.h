/* SPDX-License-Identifier: MIT
 * Settings and programs of the host, below a root that tests move. */
#ifndef OWVM_LAUNCHER_DOCTOR_HOST_H
#define OWVM_LAUNCHER_DOCTOR_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Has the program file capabilities? */
bool doctor_host_capable(const char *path);

/* Does a line of the file say KEY=VALUE, maybe with quotes around VALUE? Case does not matter. */
bool doctor_host_setting(const char *root, const char *path, const char *key, const char *value);

/* Call visit for each directory of a list as $PATH is one; relative ones are left out. */
void doctor_host_each_directory(
	const char *list, void (*visit)(const char *directory, void *context), void *context);

/* Run a program with one argument and give the first line that it prints, which the caller frees.
 * NULL with a sentence: it printed none, failed, or did not end within timeout_ms, after which it
 * is killed. */
char *doctor_host_first_line(
	const char *program, const char *argument, int timeout_ms, char **reterr_text);

#endif
