/* SPDX-License-Identifier: MIT
 * A row of the table of options. */
#ifndef OWVM_LAUNCHER_OPTIONS_ROW_H
#define OWVM_LAUNCHER_OPTIONS_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options;
struct vm;

/* The commands, as bits of a set. */
#define COMMAND_BIT(number) (UINT64_C(1) << (number))
#define COMMAND_RUN COMMAND_BIT(0)
#define COMMAND_LS COMMAND_BIT(1)
#define COMMAND_CONSOLE COMMAND_BIT(2)
#define COMMAND_STOP COMMAND_BIT(3)
#define COMMAND_NETS COMMAND_BIT(4)
#define COMMAND_PORTS COMMAND_BIT(5)
#define COMMAND_STATUS COMMAND_BIT(6)
#define COMMAND_MONITOR COMMAND_BIT(7)
#define COMMAND_LOG COMMAND_BIT(8)
#define COMMAND_WAIT COMMAND_BIT(9)
#define COMMAND_KILL COMMAND_BIT(10)
#define COMMAND_RESTART COMMAND_BIT(11)
#define COMMAND_RM COMMAND_BIT(12)
#define COMMAND_SSH COMMAND_BIT(13)
#define COMMAND_CREATE COMMAND_BIT(14)
#define COMMAND_CONFIG COMMAND_BIT(15)
#define COMMAND_SNAPSHOT COMMAND_BIT(16)
#define COMMAND_RESTORE COMMAND_BIT(17)
#define COMMAND_NIC COMMAND_BIT(18)
#define COMMAND_MACHINES COMMAND_BIT(19)
#define COMMAND_CPUS COMMAND_BIT(20)
#define COMMAND_DOCTOR COMMAND_BIT(21)
#define COMMAND_COMPLETION COMMAND_BIT(22)
#define COMMAND_HELP COMMAND_BIT(23)
#define COMMAND_PULL COMMAND_BIT(24)
#define COMMAND_IMAGES COMMAND_BIT(25)
#define COMMAND_INJECT COMMAND_BIT(26)
#define COMMAND_RECIPES COMMAND_BIT(27)
#define COMMAND_LS_IMAGE COMMAND_BIT(28)
#define COMMAND_CAT COMMAND_BIT(29)
#define COMMAND_CP COMMAND_BIT(30)
#define COMMAND_MKIMAGE COMMAND_BIT(31)
#define COMMAND_CHROOT COMMAND_BIT(32)
#define COMMAND_FORWARD COMMAND_BIT(33)
#define COMMAND_LAN COMMAND_BIT(34)
#define COMMAND_CAPTURE COMMAND_BIT(36)
#define COMMAND_MAP COMMAND_BIT(37)
#define COMMAND_OPEN COMMAND_BIT(38)
#define COMMAND_SSH_CONFIG COMMAND_BIT(39)
#define COMMAND_SET COMMAND_BIT(48)
#define COMMAND_EDIT COMMAND_BIT(49)
#define COMMAND_CLONE COMMAND_BIT(50)
#define COMMAND_RENAME COMMAND_BIT(51)
#define COMMAND_ENABLE COMMAND_BIT(52)
#define COMMAND_DISABLE COMMAND_BIT(53)
#define COMMAND_IMPORT COMMAND_BIT(54)
#define COMMAND_ALL (COMMAND_BIT(63) - 1)

enum option_flag {
	OPTION_EMPTY = 1,   /* an empty value is one */
	OPTION_REPEATS = 2, /* given again it adds up; otherwise the last counts */
	OPTION_RARE = 4,    /* not in a command's help, but in 'owrun help options' */
	OPTION_PATH = 8,    /* the value begins with a path, or has "file=" and one */
	OPTION_TARGET = 16, /* the value may be "file:" or "unix:" and a path */
	OPTION_AGAIN = 32,  /* in no help: another command has it in its own */
	OPTION_HARMS = 64,  /* gives up a protection: no word is taken for a slip of it */
};

struct option_row {
	const char *name;   /* without the dashes; in vm.conf the key */
	char letter;	    /* '\0': none */
	const char *value;  /* what to call its value; NULL: it takes none, in vm.conf yes or no */
	const char *help;   /* one line */
	uint64_t commands;  /* a set of them */
	unsigned int flags; /* bits of enum option_flag */
	const char *preset; /* what counts when it is not given; NULL: nothing */
	/* One of them; each returns 0 or -EINVAL with a sentence. `set` is about this run of owrun;
	 * its value is NULL where none is taken. `set_vm` is about the VM, and may be in
	 * vm.conf. */
	int (*set)(struct options *options, const char *value, char **reterr_text);
	int (*set_vm)(struct vm *vm, const char *value, char **reterr_text);
};

#endif
