/* SPDX-License-Identifier: MIT
 * The command line of owrun: one table of options for parsing, help, vm.conf and completion. */
#ifndef OWVM_LAUNCHER_OPTIONS_H
#define OWVM_LAUNCHER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "launcher/settings.h"
#include "launcher/vm.h"

#define OPTIONS_NO_ESCAPE (-1)
#define OPTIONS_OPERANDS_MAX 4

/* The commands, as bits of a set. */
enum command_bit {
	COMMAND_RUN = 1 << 0,
	COMMAND_LS = 1 << 1,
	COMMAND_CONSOLE = 1 << 2,
	COMMAND_STOP = 1 << 3,
	COMMAND_NETS = 1 << 4,
	COMMAND_PORTS = 1 << 5,
	COMMAND_STATUS = 1 << 6,
	COMMAND_MONITOR = 1 << 7,
	COMMAND_LOG = 1 << 8,
	COMMAND_WAIT = 1 << 9,
	COMMAND_KILL = 1 << 10,
	COMMAND_RESTART = 1 << 11,
	COMMAND_RM = 1 << 12,
	COMMAND_SSH = 1 << 13,
	COMMAND_CREATE = 1 << 14,
	COMMAND_CONFIG = 1 << 15,
	COMMAND_SNAPSHOT = 1 << 16,
	COMMAND_RESTORE = 1 << 17,
	COMMAND_NIC = 1 << 18,
	COMMAND_MACHINES = 1 << 19,
	COMMAND_CPUS = 1 << 20,
	COMMAND_DOCTOR = 1 << 21,
	COMMAND_COMPLETION = 1 << 22,
	COMMAND_HELP = 1 << 23,
	COMMAND_ALL = (1 << 24) - 1,
};

/* What the command line says. */
struct options {
	struct settings settings;	      /* of the VM */
	struct vm vm;			      /* as the settings describe it */
	char *operand;			      /* borrowed from argv, or `name`; NULL: none */
	char *name;			      /* of the VM that the operand means */
	char *vmdir;			      /* its directory, if it was created */
	char **arguments;		      /* where `rest` is not of argv */
	char *operands[OPTIONS_OPERANDS_MAX]; /* borrowed: operand is the first */
	size_t n_operands;
	char *const *rest; /* borrowed: operands after the first, or all that follows "--" */
	size_t n_rest;
	const char *doctor_vm; /* borrowed from argv; NULL: the host is asked about */
	bool help;
	bool detach;
	bool dry_run;
	bool json;
	bool force;
	bool trust_backing; /* what is below the disks may be new */
	bool follow;	    /* of log */
	bool qemu_log;	    /* likewise */
	bool has_lines;
	uint32_t lines;
	const char *event; /* of wait, borrowed; NULL: exit */
	bool has_timeout;
	const char *user;     /* of ssh; NULL: root */
	int escape;	      /* the byte that leaves the console, or OPTIONS_NO_ESCAPE */
	unsigned int timeout; /* seconds */
};

enum option_flag {
	OPTION_EMPTY = 1,   /* an empty value is one */
	OPTION_REPEATS = 2, /* given again it adds up; otherwise the last counts */
	OPTION_RARE = 4,    /* not in a command's help, but in 'owrun help options' */
	OPTION_PATH = 8,    /* the value begins with a path, or has "file=" and one */
	OPTION_TARGET = 16, /* the value may be "file:" or "unix:" and a path */
};

struct option_row {
	const char *name;  /* without the dashes; in vm.conf the key */
	char letter;	   /* '\0': none */
	const char *value; /* what to call its value; NULL: it takes none, in vm.conf yes or no */
	const char *help;  /* one line */
	unsigned int commands; /* bits of enum command_bit */
	unsigned int flags;    /* bits of enum option_flag */
	const char *preset;    /* what counts when it is not given; NULL: nothing */
	/* One of them; each returns 0 or -EINVAL with a sentence. `set` is about this run of owrun;
	 * its value is NULL where none is taken. `set_vm` is about the VM, and may be in
	 * vm.conf. */
	int (*set)(struct options *options, const char *value, char **reterr_text);
	int (*set_vm)(struct vm *vm, const char *value, char **reterr_text);
};

struct command {
	const char *name;
	enum command_bit bit;
	const char *operand; /* what to call it; NULL: it takes none */
	bool operand_needed;
	const char *rest; /* what to call operands after the first; NULL: it takes none */
	bool rest_raw;	  /* from the second operand on nothing is an option of owrun's */
	const char *summary;
	const char *help;		     /* further lines, or NULL */
	int (*run)(struct options *options); /* returns the exit status */
};

/* The table; it ends with a row without a name. */
extern const struct option_row options_table[];

void options_init(struct options *ret_options);
void options_free(struct options *options);

/* Read argv[0..n), all that follows the command's name, and make the VM of it that the command line
 * alone describes. Returns 0, or -EINVAL with a sentence. */
int options_parse(const struct command *command, char *const *argv, size_t n,
	struct options *options, char **reterr_text);

/* The row of a VM's key, or NULL. */
const struct option_row *options_find_key(const char *key, size_t length);

/* The name of the VM's key that is most like this one, or NULL. */
const char *options_nearest_key(const char *key);

/* One screen about a command. */
void options_print_help(const struct command *command, FILE *stream);

/* All options of VMs. */
void options_print_vm_help(FILE *stream);

#endif
