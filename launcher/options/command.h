/* SPDX-License-Identifier: MIT
 * A row of the table of commands. */
#ifndef OWVM_LAUNCHER_OPTIONS_COMMAND_H
#define OWVM_LAUNCHER_OPTIONS_COMMAND_H

#include <stdbool.h>

#include "launcher/options/row.h"

/* What is said of a command. */
struct command_help {
	const char *summary; /* a sentence */
	const char *more;    /* further lines, or NULL */
	const char *example; /* a line for a shell, which begins with 'owrun NAME' */
};

/* What may stand behind a first operand that is a verb. */
struct command_form {
	const char *verb;	  /* NULL: the operand is none */
	const char *others;	  /* what other programs call it, parted by blanks */
	unsigned int least, most; /* operands behind the first */
	const char *usage;	  /* what stands behind 'owrun NAME ' */
};

struct command {
	const char *name;
	uint64_t bit;	     /* see options/row.h */
	const char *operand; /* what to call it; NULL: it takes none */
	bool operand_optional;
	bool several;	   /* it takes more of them, each of which it is carried out for */
	const char *rest;  /* what to call operands after the first; NULL: it takes none */
	bool rest_raw;	   /* from the second operand on nothing is an option of owrun's */
	bool rest_letters; /* such a rest may begin with an option of one dash */
	bool minor;	   /* in the list of all commands by its name alone */
	bool destroys;	   /* ends or removes what is there: no word is taken for a slip of it */
	const struct command_form *forms; /* they end with a row without usage; NULL: it has none */
	const struct command_help *help;
	int (*run)(struct options *options); /* returns the exit status */
};

/* The row of that name in a table, which ends with a row without one; NULL: there is none. */
const struct command *command_find(const struct command *table, const char *name);

#endif
