/* SPDX-License-Identifier: MIT
 * What QEMU prints for "-machine help" and "-cpu help", line by line: pure functions. */
#ifndef OWVM_LAUNCHER_HOST_QEMU_HELP_H
#define OWVM_LAUNCHER_HOST_QEMU_HELP_H

#include <stdbool.h>

/* A line that lists something. The strings are within the line. */
struct qemu_help {
	const char *name;
	const char *description; /* NULL: none; without what the other members say */
	const char *alias_of;	 /* NULL: it is no alias of another */
	bool deprecated;
};

/* Read a line, which is changed: "NAME  DESCRIPTION (NOTE)...", of processors after "x86 " or
 * blanks. QEMU's note "(default)" is left out, as it is not owrun's default. Returns whether it
 * lists something. */
bool qemu_help_read(char *line, struct qemu_help *ret_help);

/* Does the list of processors end before this line? x86's goes on with their flags. */
bool qemu_help_ends(const char *line);

#endif
