/* SPDX-License-Identifier: MIT
 * The command line of owrun: one table of options for parsing and for help. */
#ifndef OWVM_LAUNCHER_OPTIONS_H
#define OWVM_LAUNCHER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "launcher/vm.h"

#define OPTIONS_NO_ESCAPE (-1)

/* The commands, as bits of a set. */
enum command_bit {
	COMMAND_RUN = 1,
	COMMAND_LS = 2,
	COMMAND_CONSOLE = 4,
	COMMAND_STOP = 8,
	COMMAND_NETS = 16,
	COMMAND_PORTS = 32,
	COMMAND_STATUS = 64,
	COMMAND_MONITOR = 128,
	COMMAND_LOG = 256,
	COMMAND_WAIT = 512,
	COMMAND_KILL = 1024,
	COMMAND_RESTART = 2048,
	COMMAND_RM = 4096,
	COMMAND_SSH = 8192,
	COMMAND_CREATE = 16384,
	COMMAND_CONFIG = 32768,
	COMMAND_SNAPSHOT = 65536,
	COMMAND_RESTORE = 131072,
	COMMAND_NIC = 262144,
	COMMAND_MACHINES = 524288,
	COMMAND_CPUS = 1048576,
	COMMAND_DOCTOR = 2097152,
	COMMAND_ALL = 4194303,
};

/* What the command line says. */
struct options {
	struct vm vm;	     /* of COMMAND_RUN; its first disk may be the operand */
	const char *operand; /* borrowed from argv; NULL: none */
	char *const *rest;   /* borrowed: operands after the first, or all that follows "--" */
	size_t n_rest;
	bool help;
	bool detach;
	bool dry_run;
	bool json;
	int escape;	      /* the byte that leaves the console, or OPTIONS_NO_ESCAPE */
	unsigned int timeout; /* seconds */
};

struct option_row {
	const char *name;      /* without the dashes */
	char letter;	       /* '\0': none */
	const char *value;     /* what to call its value; NULL: it takes none */
	const char *help;      /* one line */
	unsigned int commands; /* bits */
	bool may_be_empty;     /* is an empty value one? */
	/* Returns 0 or -EINVAL with a sentence. value is NULL where none is taken. */
	int (*set)(struct options *options, const char *value, char **reterr_text);
};

struct command {
	const char *name;
	enum command_bit bit;
	const char *operand; /* what to call it; NULL: it takes none */
	bool operand_needed;
	const char *rest; /* what to call operands after the first; NULL: it takes none */
	const char *summary;
	const char *help;		     /* further lines, or NULL */
	int (*run)(struct options *options); /* returns the exit status */
};

/* The table; it ends with a row without a name. */
extern const struct option_row options_table[];

void options_init(struct options *ret_options);
void options_free(struct options *options);

/* Read argv[0..n), all that follows the command's name. Returns 0, or -EINVAL with a sentence. */
int options_parse(const struct command *command, char *const *argv, size_t n,
	struct options *options, char **reterr_text);

/* One screen about a command. */
void options_print_help(const struct command *command, FILE *stream);

#endif
