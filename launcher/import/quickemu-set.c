/* SPDX-License-Identifier: MIT
 * quickemu's description of a VM: what its variables mean. */
#include "launcher/import/quickemu-set.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

static void set(struct quickemu_reader *reader, const char *key, const char *value)
{
	import_set(reader->import, reader->line, key, value, reader->directory);
}

static void take_memory(struct quickemu_reader *reader, const char *value)
{
	set(reader, "memory", value);
}

static void take_cpus(struct quickemu_reader *reader, const char *value)
{
	set(reader, "cpus", value);
}

static void take_disk(struct quickemu_reader *reader, const char *value)
{
	OWNED_MEMORY char *doubled = text_double_commas(value);

	set(reader, "disk", doubled);
}

static void take_cdrom(struct quickemu_reader *reader, const char *value)
{
	OWNED_MEMORY char *doubled = text_double_commas(value);

	set(reader, "cdrom", doubled);
}

static void take_arch(struct quickemu_reader *reader, const char *value)
{
	set(reader, "arch", value);
}

/* quickemu's share is always there, by this name. */
static void take_share(struct quickemu_reader *reader, const char *value)
{
	OWNED_MEMORY char *doubled = text_double_commas(value);
	OWNED_MEMORY char *share = NULL;

	if (strcmp(value, "none") == 0)
		return;
	share = text_format("%s:Public-quickemu", doubled);
	set(reader, "share", share);
}

static void take_forward(struct quickemu_reader *reader, const char *value)
{
	set(reader, "forward", value);
}

static void take_ssh(struct quickemu_reader *reader, const char *value)
{
	OWNED_MEMORY char *forward = text_format("%s:22", value);

	set(reader, "forward", forward);
}

static void take_mac(struct quickemu_reader *reader, const char *value)
{
	free(reader->mac);
	reader->mac = text_format("%s", value);
	reader->network_line = reader->line;
}

static void take_network(struct quickemu_reader *reader, const char *value)
{
	free(reader->network);
	reader->network = text_format("%s", value);
	reader->network_line = reader->line;
}

static void take_boot(struct quickemu_reader *reader, const char *value)
{
	if (strcmp(value, "legacy") != 0)
		import_leave(reader->import, reader->line,
			"boot=%s: the firmware is the machine's BIOS; 'bios = FILE' gives it another, as of the package 'ovmf'",
			value);
}

/* Without a word: it is for quickemu's own screen and sound, or owrun does it anyway. */
static void pass_over(struct quickemu_reader *reader, const char *value)
{
	(void)reader;
	(void)value;
}

static const struct {
	const char *name;
	void (*take)(struct quickemu_reader *reader,
		const char *value); /* NULL: owrun has nothing for it */
} variables[] = {
	{"arch", take_arch},
	{"boot", take_boot},
	{"cpu_cores", take_cpus},
	{"disk_format", pass_over},
	{"disk_img", take_disk},
	{"disk_size", pass_over},
	{"display", pass_over},
	{"extra_args", NULL},
	{"fixed_iso", take_cdrom},
	{"floppy", NULL},
	{"fullscreen", pass_over},
	{"gl", pass_over},
	{"guest_os", pass_over},
	{"height", pass_over},
	{"img", take_disk},
	{"iso", take_cdrom},
	{"keyboard", NULL},
	{"keyboard_layout", NULL},
	{"macaddr", take_mac},
	{"macos_release", NULL},
	{"monitor", pass_over},
	{"monitor_cmd", NULL},
	{"monitor_telnet_host", pass_over},
	{"monitor_telnet_port", pass_over},
	{"mouse", NULL},
	{"network", take_network},
	{"port_forwards", take_forward},
	{"preallocation", pass_over},
	{"public_dir", take_share},
	{"ram", take_memory},
	{"secureboot", NULL},
	{"serial", pass_over},
	{"serial_telnet_host", pass_over},
	{"serial_telnet_port", pass_over},
	{"sound_card", pass_over},
	{"sound_duplex", pass_over},
	{"spice_port", pass_over},
	{"ssh_port", take_ssh},
	{"tip", pass_over},
	{"tpm", NULL},
	{"unattended", pass_over},
	{"usb_controller", NULL},
	{"usb_devices", NULL},
	{"viewer", pass_over},
	{"width", pass_over},
};

void quickemu_set(struct quickemu_reader *reader, const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		if (strcmp(variables[i].name, name) != 0)
			continue;
		reader->known++;
		if (value[0] != '\0' && variables[i].take != NULL)
			variables[i].take(reader, value);
		else if (value[0] != '\0' && strcmp(value, "off") != 0)
			import_leave(reader->import, reader->line,
				"%s=%s: owrun has nothing for it", name, value);
		return;
	}
	import_leave(reader->import, reader->line, "%s=%s: this is no variable of quickemu's", name,
		value);
}

/* quickemu's network is one card: a user network, or the bridge of that name. */
void quickemu_settle(struct quickemu_reader *reader)
{
	const char *network = reader->network == NULL ? "user" : reader->network;
	bool user = strcmp(network, "user") == 0 || strcmp(network, "restrict") == 0;
	bool none = strcmp(network, "none") == 0;
	OWNED_MEMORY char *nic = text_format("%s%s%s%s", none || user ? "" : "bridge=",
		none   ? "none"
		: user ? "user"
		       : network,
		none || reader->mac == NULL ? "" : ",mac=",
		none || reader->mac == NULL ? "" : reader->mac);

	reader->line = reader->network_line;
	if (strcmp(network, "restrict") == 0)
		import_leave(reader->import, reader->line,
			"network=restrict: a user network of owrun's leads out; '--lan none' gives the VM none");
	set(reader, "nic", nic);
}
