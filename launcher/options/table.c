/* SPDX-License-Identifier: MIT
 * The command line of owrun: the one table of options. */
#include "launcher/options/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/options/capture.h"
#include "launcher/options/change.h"
#include "launcher/options/edit.h"
#include "launcher/options/lan.h"
#include "launcher/options/options.h"
#include "launcher/options/pull.h"
#include "launcher/options/watch.h"

/* A setter that keeps a copy of the value; any text will do. */
#define VM_TEXT(name) \
	static int set_##name(struct vm *vm, const char *value, char **reterr_text) \
	{ \
		(void)reterr_text; \
		free(vm->name); \
		vm->name = text_format("%s", value); \
		return 0; \
	}

/* A setter of what a VM is or is not. */
#define VM_FLAG(name) \
	static int set_##name(struct vm *vm, const char *value, char **reterr_text) \
	{ \
		return set_flag(&vm->name, value, reterr_text); \
	}

/* A setter of an option of owrun's without a value. */
#define FLAG(name) \
	static int set_##name(struct options *options, const char *value, char **reterr_text) \
	{ \
		(void)value; \
		(void)reterr_text; \
		options->name = true; \
		return 0; \
	}

static int set_flag(bool *ret_flag, const char *value, char **reterr_text)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return text_fail(reterr_text, -EINVAL, "'%s' is neither yes nor no", value);
	*ret_flag = value[0] == 'y';
	return 0;
}

VM_TEXT(machine)
VM_TEXT(cpu)
VM_TEXT(bios)
VM_TEXT(kernel)
VM_TEXT(initrd)
VM_TEXT(dtb)
VM_FLAG(ephemeral)
VM_FLAG(no_sandbox)
FLAG(help)
FLAG(detach)
FLAG(dry_run)
FLAG(json)
FLAG(network)
FLAG(boot)
FLAG(force)
FLAG(all)
FLAG(trust_backing)
FLAG(trust_directory)
FLAG(follow)
FLAG(qemu_log)
FLAG(raw)
FLAG(root)
FLAG(here)
FLAG(print)

/* Repeated arguments follow each other: a line of vm.conf holds but so many. */
static int add_append(struct vm *vm, const char *value, char **reterr_text)
{
	OWNED_MEMORY char *old = vm->append;

	(void)reterr_text;
	vm->append = old == NULL ? text_format("%s", value) : text_format("%s %s", old, value);
	return 0;
}

static int set_doctor_vm(struct options *options, const char *value, char **reterr_text)
{
	(void)reterr_text;
	options->doctor_vm = value;
	return 0;
}

static int set_event(struct options *options, const char *value, char **reterr_text)
{
	(void)reterr_text;
	options->event = value;
	return 0;
}

#define VMS (COMMAND_RUN | COMMAND_CREATE | COMMAND_CONFIG | COMMAND_IMPORT)
#define MAKES (COMMAND_RUN | COMMAND_CREATE)
#define STARTS (COMMAND_RUN | COMMAND_RESTART)
#define STOPS (COMMAND_STOP | COMMAND_RESTART)
#define IMAGES_INSIDE (COMMAND_INJECT | COMMAND_LS_IMAGE | COMMAND_CAT | COMMAND_CP)
/* They have to do with the directory of a VM. */
#define DIRECTORIES \
	(VMS | STOPS | COMMAND_STATUS | COMMAND_CONSOLE | COMMAND_MONITOR | COMMAND_LOG | \
		COMMAND_WAIT | COMMAND_KILL | COMMAND_RM | COMMAND_SSH | COMMAND_SNAPSHOT | \
		COMMAND_RESTORE | COMMAND_NIC | COMMAND_FORWARD | COMMAND_LAN | COMMAND_CAPTURE | \
		COMMAND_OPEN | COMMAND_SET | COMMAND_EDIT | COMMAND_CLONE | COMMAND_RENAME | \
		COMMAND_ENABLE | COMMAND_DISABLE | IMAGES_INSIDE)
#define LISTS \
	(COMMAND_LS | COMMAND_NETS | COMMAND_PORTS | COMMAND_STATUS | COMMAND_CONFIG | \
		COMMAND_MACHINES | COMMAND_CPUS | COMMAND_DOCTOR | COMMAND_NIC | COMMAND_FORWARD | \
		COMMAND_IMAGES | COMMAND_LS_IMAGE | COMMAND_RECIPES | COMMAND_MAP | \
		COMMAND_SNAPSHOT)

const struct option_row options_table[] = {
	{"name", '\0', "NAME", "default: from the name of its file", COMMAND_RUN | COMMAND_CONFIG,
		0, NULL, NULL, vm_set_name},
	{"detach", 'd', NULL, "leave it in the background", STARTS, 0, NULL, set_detach, NULL},
	{"memory", 'm', "SIZE", "1024, 1024M, 1G (default: 256M)", VMS, 0, "256M", NULL,
		vm_set_memory},
	{"cpus", '\0', "N", "number of processors (default: 1)", VMS, 0, "1", NULL, vm_set_cpus},
	{"arch", '\0', "ARCH", "aarch64, x86_64, ... (default: this host's)",
		VMS | COMMAND_MACHINES | COMMAND_CPUS | COMMAND_PULL, 0, NULL, NULL, vm_set_arch},
	{"machine", '\0', "TYPE", "see 'owrun machines' (default: q35, virt)", VMS, 0, NULL, NULL,
		set_machine},
	{"cpu", '\0', "MODEL", "see 'owrun cpus' (default: host, or max)", VMS, 0, NULL, NULL,
		set_cpu},
	{"accel", '\0', "auto|kvm|tcg", "default: auto, KVM where it works", VMS, 0, "auto", NULL,
		vm_set_accel},
	{"kvm-timeout", '\0', "SECONDS", "for a sign of life under KVM (default: 15)", VMS,
		OPTION_RARE, "15", NULL, vm_set_kvm_timeout},
	{"bios", '\0', "FILE", "firmware instead of the machine's own", VMS,
		OPTION_PATH | OPTION_RARE, NULL, NULL, set_bios},
	{"kernel", '\0', "FILE", "boot this kernel", VMS, OPTION_PATH, NULL, NULL, set_kernel},
	{"initrd", '\0', "FILE", "with this initial RAM disk", VMS, OPTION_PATH, NULL, NULL,
		set_initrd},
	{"dtb", '\0', "FILE", "with this device tree", VMS, OPTION_PATH | OPTION_RARE, NULL, NULL,
		set_dtb},
	{"append", '\0', "TEXT", "arguments; console= and root= are added", VMS,
		OPTION_EMPTY | OPTION_REPEATS, NULL, NULL, add_append},
	{"disk", '\0', "PATH[,KEY...]", "add a disk; 'owrun help disk'", VMS,
		OPTION_PATH | OPTION_REPEATS, NULL, NULL, vm_add_disk},
	{"cdrom", '\0', "FILE", "add a drive with this CD in it", VMS,
		OPTION_PATH | OPTION_REPEATS | OPTION_RARE, NULL, NULL, vm_add_cdrom},
	{"ephemeral", '\0', NULL, "throw away what is written to disks", VMS, 0, "no", NULL,
		set_ephemeral},
	{"lan", '\0', "BRIDGE|user|none", "eth0 (default: your bridge ow-UID)", VMS, 0, NULL, NULL,
		vm_set_lan},
	{"wan", '\0', "user|passt|none", "eth1 (default: user)", VMS, 0, NULL, NULL, vm_set_wan},
	{"nic", '\0', "KIND[,KEY=...]", "NICs of your own choice; 'owrun help nic'", VMS,
		OPTION_REPEATS, NULL, NULL, vm_add_nic},
	{"forward", '\0', "[ADDR:]HOST:GUEST[/udp]", "a port here to the guest's; 'owrun help nic'",
		VMS, OPTION_REPEATS, NULL, NULL, vm_add_forward},
	{"guest-address", '\0', "ADDR", "of the guest on its LAN, for forwards", VMS, OPTION_RARE,
		NULL, NULL, vm_set_guest_address},
	{"share", '\0', "PATH[:TAG][,KEY...]", "a directory by 9p; 'owrun help share'", VMS,
		OPTION_PATH | OPTION_REPEATS, NULL, NULL, vm_add_share},
	{"serial", '\0', "TARGET", "a serial port; 'owrun help serial'", VMS,
		OPTION_TARGET | OPTION_REPEATS, NULL, NULL, vm_add_serial},
	{"monitor", '\0', "TARGET", "one more monitor; 'owrun help serial'", VMS,
		OPTION_TARGET | OPTION_RARE, NULL, NULL, vm_set_monitor},
	{"no-sandbox", '\0', NULL, "do not confine QEMU", VMS, OPTION_RARE | OPTION_HARMS, "no",
		NULL, set_no_sandbox},
	{"trust-backing", '\0', NULL, "disks' backing files may be others now",
		STARTS | COMMAND_CREATE | IMAGES_INSIDE, OPTION_RARE | OPTION_HARMS, NULL,
		set_trust_backing, NULL},
	{"trust-directory", '\0', NULL, "others may write to the VM's directory", DIRECTORIES,
		OPTION_RARE | OPTION_HARMS, NULL, set_trust_directory, NULL},
	{"console-escape", '\0', "^X|none", "leaves the console (default: ^])",
		STARTS | COMMAND_CONSOLE | COMMAND_MONITOR, 0, NULL, options_set_console_escape,
		NULL},
	{"dry-run", '\0', NULL, "print QEMU's command line, start nothing", COMMAND_RUN, 0, NULL,
		set_dry_run, NULL},
	{"timeout", '\0', "SECONDS", "to power down (default: 10)", STOPS, 0, NULL,
		options_set_timeout, NULL},
	{"timeout", '\0', "SECONDS", "to wait (default: for ever)", COMMAND_WAIT, 0, NULL,
		options_set_timeout, NULL},
	{"all", '\0', NULL, "every VM of yours that runs",
		COMMAND_STOP | COMMAND_KILL | COMMAND_WAIT, 0, NULL, set_all, NULL},
	{"for", '\0', "EVENT", "console:REGEX, port:N or exit", COMMAND_WAIT, 0, NULL, set_event,
		NULL},
	{"follow", 'f', NULL, "print on until the VM ends", COMMAND_LOG, 0, NULL, set_follow, NULL},
	{"ended", '\0', "N", "of an end: 1 the last, 2 the one before", COMMAND_LOG, 0, NULL,
		options_set_ended, NULL},
	{"serial", '\0', "N", "that serial port: 1 is ttyS0, 2 is ttyS1",
		COMMAND_CONSOLE | COMMAND_LOG, 0, NULL, options_set_serial, NULL},
	{"lines", 'n', "N", "the last N lines alone", COMMAND_LOG, 0, NULL, options_set_lines,
		NULL},
	{"qemu", '\0', NULL, "what QEMU itself said", COMMAND_LOG, 0, NULL, set_qemu_log, NULL},
	{"raw", '\0', NULL, "every byte as it is, also on a terminal", COMMAND_LOG, 0, NULL,
		set_raw, NULL},
	{"user", '\0', "NAME", "of the guest (default: root)", COMMAND_SSH | COMMAND_SSH_CONFIG, 0,
		NULL, options_set_user, NULL},
	{"force", 'f', NULL, "also when it is running: it is killed", COMMAND_RM, OPTION_HARMS,
		NULL, set_force, NULL},
	{"vm", '\0', "NAME", "test this running VM instead of the host", COMMAND_DOCTOR, 0, NULL,
		set_doctor_vm, NULL},
	{"name", '\0', "NAME", "of the image (default: by its file's)", COMMAND_PULL, 0, NULL,
		options_set_image_name, NULL},
	{"sha256", '\0', "HASH", "what is pulled must have it", COMMAND_PULL, 0, NULL,
		options_set_sha256, NULL},
	{"size", '\0', "SIZE", "the most it may unpack to (default: 64G)", COMMAND_PULL, 0, NULL,
		options_set_image_size, NULL},
	{"timeout", '\0', "SECONDS", "without a byte (default: 30)", COMMAND_PULL, 0, NULL,
		options_set_timeout, NULL},
	{"mirror", '\0', "URL", "of OpenWrt's releases (default: its own)", COMMAND_PULL, 0, NULL,
		options_set_mirror, NULL},
	{"key", '\0', "FILE", "one more that may have signed a release", COMMAND_PULL, 0, NULL,
		options_set_key, NULL},
	{"insecure-no-signature", '\0', NULL, "believe whoever answers", COMMAND_PULL, OPTION_HARMS,
		NULL, options_set_no_signature, NULL},
	{"disk-size", '\0', "SIZE", "grow the disk that is made of IMAGE", COMMAND_CREATE, 0, NULL,
		options_set_disk_size, NULL},
	{"disk-size", '\0', "SIZE", "likewise", COMMAND_RUN, OPTION_AGAIN, NULL,
		options_set_disk_size, NULL},
	{"mirror", '\0', "URL", "of OpenWrt's releases, where IMAGE is pulled", MAKES, OPTION_AGAIN,
		NULL, options_set_mirror, NULL},
	{"key", '\0', "FILE", "one more that may have signed a release", MAKES, OPTION_AGAIN, NULL,
		options_set_key, NULL},
	{"insecure-no-signature", '\0', NULL, "believe whoever answers", MAKES,
		OPTION_AGAIN | OPTION_HARMS, NULL, options_set_no_signature, NULL},
	{"quiet", 'q', NULL, "say only what went wrong", COMMAND_PULL, 0, NULL, options_set_quiet,
		NULL},
	{"quiet", 'q', NULL, "print the names alone", COMMAND_LS, 0, NULL, options_set_quiet, NULL},
	{"recipe", '\0', "NAME[=VALUE]", "a script for the first boot; 'owrun recipes'",
		COMMAND_INJECT, OPTION_REPEATS, NULL, options_add_recipe, NULL},
	{"recipe", '\0', "NAME[=VALUE]", "for a VM that is made; 'owrun recipes'",
		COMMAND_RUN | COMMAND_CREATE, OPTION_REPEATS | OPTION_RARE, NULL,
		options_add_recipe, NULL},
	{"owner", '\0', "UID:GID", "of files in the image (default: 0:0)",
		COMMAND_INJECT | COMMAND_CP, 0, NULL, options_set_owner, NULL},
	{"output", 'o', "IMAGE", "the image to make", COMMAND_MKIMAGE, OPTION_PATH, NULL,
		options_set_output, NULL},
	{"size", '\0', "SIZE", "of the image, as '512M' or '10G'", COMMAND_MKIMAGE, 0, NULL,
		options_set_image_size, NULL},
	{"force", 'f', NULL, "replace an image that is there", COMMAND_MKIMAGE, OPTION_HARMS, NULL,
		set_force, NULL},
	{"print", '\0', NULL, "print the address, start no browser", COMMAND_OPEN, 0, NULL,
		set_print, NULL},
	{"svg", '\0', "FILE", "draw it for a browser ('-': standard output)", COMMAND_MAP,
		OPTION_PATH, NULL, options_set_svg, NULL},
	{"write", 'w', "FILE", "the pcap to make ('-': standard output)", COMMAND_CAPTURE,
		OPTION_PATH, NULL, options_set_output, NULL},
	{"count", 'c', "N", "end after so many frames", COMMAND_CAPTURE, 0, NULL, options_set_count,
		NULL},
	{"snaplen", 's', "BYTES", "of a frame at most (default: all)", COMMAND_CAPTURE, 0, NULL,
		options_set_snap, NULL},
	{"network", '\0', NULL, "COMMAND has your network (default: none)", COMMAND_CHROOT, 0, NULL,
		set_network, NULL},
	{"boot", '\0', NULL, "run COMMAND in a VM", COMMAND_CHROOT, 0, NULL, set_boot, NULL},
	{"address", '\0', "dhcp|CIDR|none", "of the interface (default: dhcp)", COMMAND_LAN, 0,
		NULL, options_set_address, NULL},
	{"name", '\0', "NAME", "of the interface (default: eth0)", COMMAND_LAN, 0, NULL,
		options_set_interface, NULL},
	{"root", '\0', NULL, "COMMAND is root there, and nowhere else", COMMAND_LAN, 0, NULL,
		set_root, NULL},
	{"here", '\0', NULL, "in the network namespace that owrun is in", COMMAND_LAN, 0, NULL,
		set_here, NULL},
	{"timeout", '\0', "SECONDS", "for a lease (default: 15)", COMMAND_LAN, 0, NULL,
		options_set_timeout, NULL},
	{"from", '\0', "VM", "copy that VM, with its disks", COMMAND_CREATE, 0, NULL,
		options_set_from, NULL},
	{"unset", '\0', "KEY", "take it out, so that its default counts", COMMAND_SET,
		OPTION_REPEATS, NULL, options_add_unset, NULL},
	{"json", '\0', NULL, "print JSON", LISTS, 0, NULL, set_json, NULL},
	{"help", 'h', NULL, "print this", COMMAND_ALL, 0, NULL, set_help, NULL},
	{0},
};
