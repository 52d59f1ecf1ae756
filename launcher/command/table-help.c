/* SPDX-License-Identifier: MIT
 * The table of owrun's commands: the further lines of their help. */
#include "launcher/command/table-help.h"

const char table_help_run[] =
	"NAME is a VM that is kept (or its directory), IMAGE a disk, or what was pulled.\n"
	"Options replace what vm.conf says of a key; 'owrun help options' has them all.\n"
	"Keys: Ctrl-A x ends the VM, Ctrl-A c is the monitor, Ctrl-] leaves the console.";
const char table_help_create[] =
	"A NAME with a '/' is the directory to make. IMAGE is copied, or stays below the\n"
	"VM's disk where it was pulled; '--disk' uses a file in place.";
const char table_help_monitor[] =
	"Without a terminal the lines of standard input are run. Status 1: one failed.";
const char table_help_ssh[] =
	"Options of ssh's with one dash go behind NAME, as in 'owrun ssh router -v'.\n"
	"Where the LAN is a bridge it needs no forward. Host keys are kept for each VM.";
const char table_help_ssh_config[] =
	"owrun ssh-config >~/.ssh/owvm, and 'Include owvm' first in ~/.ssh/config: then\n"
	"'ssh NAME', 'scp FILE NAME:', 'rsync' and editors reach it, whenever it runs.";
const char table_help_wait[] =
	"EVENT: console:REGEX (a line matches), port:N (of the guest is open, through a\n"
	"forward), exit (the default). Exit status: 0 it happened, 1 the VM ended first,\n"
	"124 time is up.";
const char table_help_forward[] =
	"SPEC is [wan:][ADDR:]HOST:[GUESTADDR:]GUEST[/udp], as of '--forward'; for rm it\n"
	"is HOST alone, or what ls shows. Nothing is kept for the next start.\n"
	"'owrun help nic' tells where they lead.";
const char table_help_capture[] =
	"NIC is eth0 (the default: the LAN), eth1, ..., or hot0 as 'owrun nic ls' has it.\n"
	"owrun capture router | wireshark -k -i -    owrun capture router eth1 -w FILE\n"
	"It ends with Ctrl-C, with its reader and with the VM, which never waits for it.\n"
	"Of a BRIDGE it sees what is sent to everybody, or flooded.";
const char table_help_pull[] =
	"SOURCE is a URL or a file: a disk (raw, qcow2, VDI, VMDK, VHDX) or a CD, as it\n"
	"is or packed by gzip, xz, zstd or zip. What was cut goes on where it was.\n"
	"Or it is openwrt[:VERSION][/TARGET/SUBTARGET][@FLAVOUR]: 'openwrt' is the latest\n"
	"release for this host's processor. VERSION: 23.05.0, 23.05, snapshot. FLAVOUR:\n"
	"ext4-combined, squashfs-combined, rootfs, kernel, tar; owrun-images(7) has all.\n"
	"'owrun create VM NAME' makes a VM of the image.";
const char table_help_images[] =
	"rm NAME removes one, prune all that no VM needs, and what a cut pull has left.";
const char table_help_inject[] =
	"SRC is a file or a directory, whose content gets into DEST, '/...' in the image.\n"
	"A DEST that is a directory, or ends with '/', gets a file under its own name.";
const char table_help_cp[] =
	"One of FROM and TO is IMAGE:/PATH or VM:/PATH. A VM that runs is reached as\n"
	"'owrun ssh' reaches it.";
const char table_help_mkimage[] =
	"An ext4 without a partition, for '--kernel'. TAR may be packed by gzip, xz or\n"
	"zstd. With SOURCE_DATE_EPOCH the same TAR makes the same bytes.";
const char table_help_chroot[] =
	"The image is as before unless COMMAND's exit status, which is owrun's, is 0. It\n"
	"has a /dev, a /proc, empty /run and /tmp, and nothing of this host. '--boot' is\n"
	"for hosts that let users make no namespaces: COMMAND is typed into the guest.";
const char table_help_lan[] =
	"COMMAND (default: your shell) has no network but an interface on the LAN of that\n"
	"VM, or on the bridge, and reaches what a client there reaches, as in\n"
	"'owrun lan router curl http://192.168.1.1/'. Its exit status is owrun's, and all\n"
	"that it started ends with it. The policy must give you 'netns' there.\n"
	"owrun-lan(7) has more, also on containers.";
const char table_help_completion[] =
	"bash: owrun completion bash >~/.local/share/bash-completion/completions/owrun";

const char table_help_doctor[] =
	"A line each: ok, warning (something less is missing), broken (VMs or bridges\n"
	"cannot work), and below it the command that mends it. Exit status 1: something\n"
	"is broken. No privilege is needed, and nothing is changed.";
