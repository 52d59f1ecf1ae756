/* SPDX-License-Identifier: MIT
 * Lists for people and for programs: the same rows as a table or as JSON. */
#ifndef OWVM_LAUNCHER_BASE_REPORT_H
#define OWVM_LAUNCHER_BASE_REPORT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define REPORT_COLUMNS_MAX 10

struct report_column {
	const char *key;   /* of the member of each row */
	const char *title; /* NULL ends the columns */
};

/* A text as a string of JSON, in which what is no UTF-8 becomes U+FFFD: a new reference. */
json_t *report_text(const char *text);

/* Print a value as JSON. What a terminal could obey is a number in it, as in "\u009B". */
void report_json(const json_t *value, FILE *stream);

/* Print rows, an array of objects. As a table, in columns as wide as they have to be, a missing or
 * null member is "-", an array of strings is joined by ','. As JSON, all members, and "[]" for no
 * rows. A table is cut where it is wider than the terminal; without one it is as wide as it is. An
 * address is never cut: where those leave too little room each row is several lines. */
void report_print(const json_t *rows, const struct report_column *columns, bool json, FILE *stream);

#endif
