/* SPDX-License-Identifier: MIT
 * What owrun doctor found: a list of lines, for people or as JSON. */
#ifndef OWVM_LAUNCHER_DOCTOR_FINDING_H
#define OWVM_LAUNCHER_DOCTOR_FINDING_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum finding_state {
	FINDING_OK,
	FINDING_WARNING, /* something less is missing */
	FINDING_BROKEN,	 /* VMs or bridges cannot work until that is mended */
};

/* Add {check, state, text, command} to an array. command is the shell command that mends it, of
 * shell_word()s, which this gives back with free(), or NULL. */
void finding_add(json_t *findings, enum finding_state state, const char *check, char *command,
	const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Take sudo out of all commands: root needs none, and a small host has none. */
void finding_for_root(json_t *findings);

/* Is one of them broken? */
bool finding_any_broken(const json_t *findings);

/* Print a line for each, what is broken first, and its command on an indented line of its own; how
 * many there were of each state comes last. */
void finding_print(const json_t *findings, bool colour, FILE *stream);

#endif
