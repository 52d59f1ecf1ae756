/* SPDX-License-Identifier: MIT
 * The names of commands that other programs have: docker, lima, virsh, vagrant, quickemu. */
#ifndef OWVM_LAUNCHER_COMMAND_FOREIGN_H
#define OWVM_LAUNCHER_COMMAND_FOREIGN_H

struct foreign {
	const char *name;
	const char
		*answer; /* a phrase with the command of owrun's that does it, or why none does */
};

/* Ends with a row without a name. None of its names is a command of owrun's. */
extern const struct foreign foreign_commands[];

/* The answer to a name, static, or NULL. */
const char *foreign_answer(const char *name);

#endif
