/* SPDX-License-Identifier: MIT
 * What is taken over of a VM of another program, and what is not: for who reads its
 * description. */
#ifndef OWVM_LAUNCHER_IMPORT_IMPORT_H
#define OWVM_LAUNCHER_IMPORT_IMPORT_H

#include <stddef.h>

#include "launcher/options/settings.h"
#include "launcher/vm/name.h"

#define IMPORT_LEFT_MAX 200   /* lines that are told */
#define IMPORT_VALUES_MAX 500 /* for keys; each is judged beside all before it */

/* What was not taken over: a line of the file, and why. */
struct import_left {
	unsigned int line; /* from 1; 0: of the whole */
	char *text;	   /* a sentence */
};

struct import {
	char name[VM_NAME_SIZE]; /* empty: the description has none that is one of a VM's */
	struct settings settings;
	size_t n_values; /* those that were left, too; over IMPORT_VALUES_MAX: not all was judged */
	struct import_left *left;
	size_t n_left;
};

void import_free(struct import *import);

#define OWNED_IMPORT __attribute__((cleanup(import_free))) struct import

/* Set a key, unless its setter does not take the value, which is then left; tell
 * what is left; take a name, as far as it is one. */
void import_set(struct import *import, unsigned int line, const char *key, const char *value,
	const char *directory);
void import_leave(struct import *import, unsigned int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void import_name(struct import *import, const char *name);

#endif
