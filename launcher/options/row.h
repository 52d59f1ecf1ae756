/* SPDX-License-Identifier: MIT
 * A row of the table of options. */
#ifndef OWVM_LAUNCHER_OPTIONS_ROW_H
#define OWVM_LAUNCHER_OPTIONS_ROW_H

#include <stdbool.h>
#include <stddef.h>

struct options;
struct vm;

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
	COMMAND_PULL = 1 << 24,
	COMMAND_IMAGES = 1 << 25,
	COMMAND_ALL = (1 << 26) - 1,
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

#endif
