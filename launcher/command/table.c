/* SPDX-License-Identifier: MIT
 * The table of owrun's commands. */
#include "launcher/command/table.h"

#include "launcher/command/commands.h"

static const char run_help[] =
	"NAME is a VM that is kept (or its directory), IMAGE a disk, or what was pulled.\n"
	"Options replace what vm.conf says of a key; 'owrun help options' has them all.\n"
	"Keys: Ctrl-A x ends the VM, Ctrl-A c is the monitor, Ctrl-] leaves the console.";
static const char create_help[] =
	"A NAME with a '/' is the directory to make. IMAGE is copied, or stays below the\n"
	"VM's disk where it was pulled; '--disk' uses a file in place.";
static const char monitor_help[] =
	"Without a terminal the lines of standard input are run. Status 1: one failed.";
static const char wait_help[] =
	"EVENT: console:REGEX (a line matches), port:N (of the guest is open, through a\n"
	"forward), exit (the default). Exit status: 0 it happened, 1 the VM ended first,\n"
	"124 time is up.";
static const char pull_help[] =
	"SOURCE is a URL or a file: a disk (raw, qcow2, VDI, VMDK, VHDX) or a CD, as it\n"
	"is or packed by gzip, xz, zstd or zip. What was cut goes on where it was.\n"
	"Or it is openwrt[:VERSION][/TARGET/SUBTARGET][@FLAVOUR]: 'openwrt' is the latest\n"
	"release for this host's processor, ext4-combined. VERSION: 23.05.0, 23.05,\n"
	"snapshot. FLAVOUR: squashfs-combined, ext4-combined-efi, rootfs and the like.\n"
	"'owrun create VM NAME' makes a VM of the image.";
static const char images_help[] = "rm NAME removes one, prune all that no VM needs.";
static const char completion_help[] =
	"bash: owrun completion bash >~/.local/share/bash-completion/completions/owrun";

static const char doctor_help[] =
	"A line each: ok, warning (something less is missing), broken (VMs or bridges\n"
	"cannot work), and below it the command that mends it. Exit status 1: something\n"
	"is broken. No privilege is needed, and nothing is changed.";

const struct command commands_table[] = {
	{
		.name = "run",
		.bit = COMMAND_RUN,
		.operand = "NAME|IMAGE",
		.rest = "-- QEMU-ARGUMENT...",
		.rest_raw = true,
		.summary = "Start a VM with its console here; -d: in the background.",
		.help = run_help,
		.run = run_run,
	},
	{
		.name = "create",
		.bit = COMMAND_CREATE,
		.operand = "NAME",
		.operand_needed = true,
		.rest = "[IMAGE]",
		.summary = "Make a VM that is kept: a vm.conf, and a disk copied from IMAGE.",
		.help = create_help,
		.run = create_run,
	},
	{
		.name = "config",
		.bit = COMMAND_CONFIG,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "Show what counts for a VM, and where each value comes from.",
		.run = config_run,
	},
	{
		.name = "ls",
		.bit = COMMAND_LS,
		.summary = "List your VMs.",
		.run = list_run,
	},
	{
		.name = "status",
		.bit = COMMAND_STATUS,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "Tell all about a VM: state, ports, addresses, files.",
		.run = status_run,
	},
	{
		.name = "console",
		.bit = COMMAND_CONSOLE,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "Go to the console of a VM.",
		.run = attach_run,
	},
	{
		.name = "log",
		.bit = COMMAND_LOG,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "Print what the console of a VM printed.",
		.run = log_run,
	},
	{
		.name = "monitor",
		.bit = COMMAND_MONITOR,
		.operand = "NAME",
		.operand_needed = true,
		.rest = "[COMMAND...]",
		.rest_raw = true,
		.summary = "Go to QEMU's monitor, or run one command in it.",
		.help = monitor_help,
		.run = monitor_run,
	},
	{
		.name = "ssh",
		.bit = COMMAND_SSH,
		.operand = "NAME",
		.operand_needed = true,
		.rest = "[COMMAND...]",
		.rest_raw = true,
		.summary = "Log in by ssh, where a forward leads to the guest's port 22.",
		.run = ssh_run,
	},
	{
		.name = "wait",
		.bit = COMMAND_WAIT,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "Wait for text on a VM's console, a port of it, or its end.",
		.help = wait_help,
		.run = wait_run,
	},
	{
		.name = "nic",
		.bit = COMMAND_NIC,
		.operand = "add|remove|ls",
		.operand_needed = true,
		.rest = "NAME [SPEC|ID]",
		.summary = "Plug network cards into a running VM, and take them out.",
		.run = nic_run,
	},
	{
		.name = "stop",
		.bit = COMMAND_STOP,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "End a VM: by its power button, else by QEMU's quit, else by a kill.",
		.run = stop_run,
	},
	{
		.name = "kill",
		.bit = COMMAND_KILL,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "End a VM at once, as if its plug were pulled.",
		.run = kill_run,
	},
	{
		.name = "restart",
		.bit = COMMAND_RESTART,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "Stop a VM and start it as it was started.",
		.run = restart_run,
	},
	{
		.name = "rm",
		.bit = COMMAND_RM,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "Remove a VM: its vm.conf, its own disk, its snapshots.",
		.run = remove_run,
	},
	{
		.name = "snapshot",
		.bit = COMMAND_SNAPSHOT,
		.operand = "NAME",
		.operand_needed = true,
		.rest = "[LABEL]",
		.summary = "Keep the state of a stopped VM's disks.",
		.run = snapshot_run,
	},
	{
		.name = "restore",
		.bit = COMMAND_RESTORE,
		.operand = "NAME",
		.operand_needed = true,
		.rest = "[LABEL]",
		.summary = "Go back to a snapshot (default: the last).",
		.run = restore_run,
	},
	{
		.name = "pull",
		.bit = COMMAND_PULL,
		.operand = "SOURCE",
		.operand_needed = true,
		.summary = "Get an image from a URL or a file, to make VMs of.",
		.help = pull_help,
		.run = pull_run,
	},
	{
		.name = "images",
		.bit = COMMAND_IMAGES,
		.operand = "ls|rm|prune",
		.rest = "[NAME]",
		.summary = "List the images that were pulled, or remove some.",
		.help = images_help,
		.run = images_run,
	},
	{
		.name = "nets",
		.bit = COMMAND_NETS,
		.summary = "List the bridges that the policy has rules for you on.",
		.run = nets_run,
	},
	{
		.name = "ports",
		.bit = COMMAND_PORTS,
		.summary = "List your ports on bridges (root: everybody's).",
		.run = ports_run,
	},
	{
		.name = "machines",
		.bit = COMMAND_MACHINES,
		.minor = true,
		.summary = "List the machines that QEMU has.",
		.run = machines_run,
	},
	{
		.name = "cpus",
		.bit = COMMAND_CPUS,
		.minor = true,
		.summary = "List the processors that QEMU has.",
		.run = cpus_run,
	},
	{
		.name = "doctor",
		.bit = COMMAND_DOCTOR,
		.summary = "Look for what is missing on this host, and say what mends it.",
		.help = doctor_help,
		.run = doctor_run,
	},
	{
		.name = "completion",
		.bit = COMMAND_COMPLETION,
		.minor = true,
		.operand = "bash|zsh|fish",
		.operand_needed = true,
		.summary = "Print the completion for a shell.",
		.help = completion_help,
		.run = completion_run,
	},
	{
		.name = "help",
		.bit = COMMAND_HELP,
		.operand = "TOPIC",
		.summary = "Explain a command or a topic.",
		.run = help_run,
	},
	{0},
};
