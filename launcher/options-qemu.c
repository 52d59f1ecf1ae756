/* SPDX-License-Identifier: MIT
 * Options as QEMU's users write them. */
#include "launcher/options-qemu.h"

#include <string.h>

static const struct {
	const char *qemu;
	const char *name;
	const char *value;
} aliases[] = {
	{"m", "memory", NULL},
	{"M", "machine", NULL},
	{"smp", "cpus", NULL},
	{"hda", "disk", NULL},
	{"drive", "disk", NULL},
	{"enable-kvm", "accel", "kvm"},
	{"snapshot", "ephemeral", NULL},
	{"daemonize", "detach", NULL},
};

static const struct {
	const char *qemu;
	const char *instead;
} hints[] = {
	{"nographic", "the console is in this terminal anyway; '-d' leaves it in the background"},
	{"netdev", "NICs are made by '--nic bridge=NAME' and '--nic user'"},
	{"net", "NICs are made by '--nic bridge=NAME' and '--nic user'"},
	{"virtfs", "directories are shared by '--share PATH[:TAG]'"},
	{"fsdev", "directories are shared by '--share PATH[:TAG]'"},
	{"pidfile",
		"the pidfile is in the VM's runtime directory; 'owrun status NAME' tells where"},
	{"qmp", "QMP is always there; 'owrun status NAME' tells where"},
	{"device", "what owrun does not know itself goes behind '--': '-- -device ...'"},
	{"chardev", "what owrun does not know itself goes behind '--': '-- -chardev ...'"},
	{"global", "what owrun does not know itself goes behind '--': '-- -global ...'"},
	{"cdrom", "say '--disk FILE,format=raw,readonly'"},
	{"runas", "owrun and QEMU run as you, always"},
	{"sandbox", "QEMU's sandbox is on; '--no-sandbox' turns it off"},
};

const char *options_qemu_alias(const char *name, const char **ret_value)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(name, aliases[i].qemu) == 0) {
			if (aliases[i].value != NULL)
				*ret_value = aliases[i].value;
			return aliases[i].name;
		}
	return NULL;
}

const char *options_qemu_hint(const char *name)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strcmp(name, hints[i].qemu) == 0)
			return hints[i].instead;
	return NULL;
}
