/* SPDX-License-Identifier: MIT
 * The command line of owrun: the one table of options. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "launcher/options.h"
#include "launcher/text.h"

#define TIMEOUT_MAX 3600 /* seconds */

/* A setter that hands the value to a function of vm.h. */
#define VM_SETTER(name) \
	static int set_##name(struct options *options, const char *value, char **reterr_text) \
	{ \
		return vm_set_##name(&options->vm, value, reterr_text); \
	}

/* A setter of something that adds up. */
#define VM_ADDER(name) \
	static int add_##name(struct options *options, const char *value, char **reterr_text) \
	{ \
		return vm_add_##name(&options->vm, value, reterr_text); \
	}

/* A setter that keeps a copy of the value; any text will do. */
#define VM_TEXT(name) \
	static int set_##name(struct options *options, const char *value, char **reterr_text) \
	{ \
		(void)reterr_text; \
		free(options->vm.name); \
		options->vm.name = text_format("%s", value); \
		return 0; \
	}

/* A setter of an option without a value. */
#define FLAG(name) \
	static int set_##name(struct options *options, const char *value, char **reterr_text) \
	{ \
		(void)value; \
		(void)reterr_text; \
		options->name = true; \
		return 0; \
	}

VM_SETTER(name)
VM_SETTER(memory)
VM_SETTER(cpus)
VM_SETTER(accel)
VM_SETTER(lan)
VM_SETTER(wan)
VM_ADDER(disk)
VM_ADDER(share)
VM_ADDER(forward)
VM_TEXT(machine)
VM_TEXT(cpu)
VM_TEXT(kernel)
VM_TEXT(initrd)
VM_TEXT(append)
FLAG(help)
FLAG(detach)
FLAG(dry_run)
FLAG(json)

static int set_console_escape(struct options *options, const char *value, char **reterr_text)
{
	if (strcmp(value, "none") == 0) {
		options->escape = OPTIONS_NO_ESCAPE;
		return 0;
	}
	/* ^@ ... ^_ are the control characters; case does not matter for letters. */
	if (strlen(value) != 2 || value[0] != '^' || value[1] < '?' + 1 || value[1] > '~')
		return text_fail(reterr_text, -EINVAL,
			"console escape '%s' is neither 'none' nor a control character as in '^]'",
			value);
	options->escape = value[1] & 0x1f;
	return 0;
}

static int set_timeout(struct options *options, const char *value, char **reterr_text)
{
	uint32_t seconds = 0;

	if (!number_parse(value, strlen(value), TIMEOUT_MAX, &seconds))
		return text_fail(reterr_text, -EINVAL,
			"timeout '%s' is not a number of seconds up to %d", value, TIMEOUT_MAX);
	options->timeout = seconds;
	return 0;
}

#define RUN_OR_CONSOLE (COMMAND_RUN | COMMAND_CONSOLE)
#define LISTS (COMMAND_LS | COMMAND_NETS | COMMAND_PORTS)

const struct option_row options_table[] = {
	{"name", '\0', "NAME", "default: from the name of its file", COMMAND_RUN, false, set_name},
	{"detach", 'd', NULL, "leave it in the background", COMMAND_RUN, false, set_detach},
	{"memory", '\0', "SIZE", "1024, 1024M, 1G (default: 256M)", COMMAND_RUN, false, set_memory},
	{"cpus", '\0', "N", "number of processors (default: 1)", COMMAND_RUN, false, set_cpus},
	{"machine", '\0', "TYPE", "in QEMU's syntax (default: q35)", COMMAND_RUN, false,
		set_machine},
	{"cpu", '\0', "MODEL", "default: host under KVM, else max", COMMAND_RUN, false, set_cpu},
	{"accel", '\0', "auto|kvm|tcg", "default: auto, KVM where it works", COMMAND_RUN, false,
		set_accel},
	{"kernel", '\0', "FILE", "boot this kernel", COMMAND_RUN, false, set_kernel},
	{"initrd", '\0', "FILE", "with this initial RAM disk", COMMAND_RUN, false, set_initrd},
	{"append", '\0', "TEXT", "its arguments (default: console=ttyS0)", COMMAND_RUN, true,
		set_append},
	{"disk", '\0', "PATH[,KEY...]", "add a disk; for the keys see below", COMMAND_RUN, false,
		add_disk},
	{"lan", '\0', "BRIDGE|user|none", "eth0 (default: your bridge ow-UID)", COMMAND_RUN, false,
		set_lan},
	{"wan", '\0', "user|none", "eth1 (default: user)", COMMAND_RUN, false, set_wan},
	{"forward", '\0', "[ADDR:]HOST:GUEST[/udp]", "a port here leads to the guest's",
		COMMAND_RUN, false, add_forward},
	{"share", '\0', "PATH[:TAG]", "a directory by 9p (TAG: hostshare)", COMMAND_RUN, false,
		add_share},
	{"console-escape", '\0', "^X|none", "key that leaves the console (default: ^])",
		RUN_OR_CONSOLE, false, set_console_escape},
	{"dry-run", '\0', NULL, "print QEMU's command line, start nothing", COMMAND_RUN, false,
		set_dry_run},
	{"timeout", '\0', "SECONDS", "for the guest to power down (default: 10)", COMMAND_STOP,
		false, set_timeout},
	{"json", '\0', NULL, "print JSON", LISTS, false, set_json},
	{"help", 'h', NULL, "print this", COMMAND_ALL, false, set_help},
	{0},
};
