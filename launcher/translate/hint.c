/* SPDX-License-Identifier: MIT
 * Options of QEMU's and docker's that mean something else here, or nothing. */
#include <string.h>

#include "launcher/translate/private.h"

#define NICS "NICs are made by '--nic bridge=NAME' and '--nic user'"
#define SHARES "directories are shared by '--share PATH[:TAG]'"
#define PORTS "ports are opened by '--forward [ADDR:]HOST:GUEST'"
#define CONSOLE "the console is in this terminal anyway; '-d' leaves it in the background"

static const struct {
	const char *name;
	const char *instead;
	bool value;
} hints[] = {
	{"net", NICS, true},
	{"netdev", NICS, true},
	{"virtfs", SHARES, true},
	{"fsdev", SHARES, true},
	{"pidfile", "the pidfile is in the VM's runtime directory; 'owrun status NAME' tells where",
		true},
	{"qmp", "QMP is always there; 'owrun status NAME' tells where", true},
	{"runas", "owrun and QEMU run as you, always", true},
	/* Of those who run containers. */
	{"p", PORTS, true},
	{"-publish", PORTS, true},
	{"v", SHARES, true},
	{"-volume", SHARES, true},
	{"-network", NICS, true},
	{"i", CONSOLE, false},
	{"t", CONSOLE, false},
	{"it", CONSOLE, false},
	{"-rm", "nothing is kept of a VM that was not created; '--ephemeral' spares its disks too",
		false},
};

static const char *const with_value[] = {"D", "L", "action", "audio", "audiodev", "blockdev",
	"boot", "chardev", "compat", "debugcon", "device", "dfilter", "display", "echr", "fda",
	"fdb", "fw_cfg", "g", "gdb", "global", "icount", "incoming", "k", "loadvm", "mem-path",
	"mon", "mtdblock", "msg", "numa", "object", "option-rom", "overcommit", "parallel",
	"pflash", "plugin", "readconfig", "rtc", "run-with", "sd", "seed", "semihosting-config",
	"set", "smbios", "spice", "tpmdev", "trace", "usbdevice", "uuid", "vga", "vnc", "watchdog",
	"watchdog-action"};

static const char *const without_value[] = {"S", "full-screen", "mem-prealloc", "no-acpi",
	"no-fd-bootchk", "no-hpet", "no-reboot", "no-shutdown", "s", "semihosting", "singlestep",
	"usb"};

const char *translation_hint(const char *name, bool *ret_value)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(hints[0]); i++)
		if (strcmp(name, hints[i].name) == 0) {
			*ret_value = hints[i].value;
			return hints[i].instead;
		}
	return NULL;
}

static bool is_in(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

bool translation_only_qemu(const char *name, bool *ret_value)
{
	*ret_value = is_in(with_value, sizeof(with_value) / sizeof(with_value[0]), name);
	return *ret_value ||
	       is_in(without_value, sizeof(without_value) / sizeof(without_value[0]), name);
}
