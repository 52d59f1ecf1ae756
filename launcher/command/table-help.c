/* SPDX-License-Identifier: MIT
 * The table of owrun's commands: the words of their help. */
#include "launcher/command/table-help.h"

const struct command_help table_help_run = {
	.summary = "Start a VM with its console here; -d: in the background.",
	.more = "NAME is a VM that is kept (or its directory), IMAGE a disk, or what was pulled.\n"
		"Options replace those of vm.conf, see 'owrun help options'; and 'help keys'.",
	.example = "owrun run -d --forward 8080:80 openwrt",
};

const struct command_help table_help_create = {
	.summary = "Make a VM that is kept: a vm.conf, and a disk copied from IMAGE.",
	.more = "A NAME with a '/' is the directory to make. IMAGE is copied, or stays below the\n"
		"VM's disk where it was pulled; '--disk' uses a file in place. '--from VM' copies\n"
		"a VM that is kept: any can be a template.",
	.example = "owrun create lab openwrt:23.05 --memory 256M",
};

const struct command_help table_help_config = {
	.summary = "Show what counts for a VM, and where each value comes from.",
	.example = "owrun config router",
};

const struct command_help table_help_set = {
	.summary = "Change keys of a VM's vm.conf: all that are named, or none.",
	.more = "Of a key that repeats, KEY+=VALUE adds a value and KEY-=VALUE takes one out;\n"
		"'=' replaces all that there are. 'owrun help options' has the keys. A VM that\n"
		"runs takes the change when it is started the next time.",
	.example = "owrun set router memory=512M forward+=8443:443",
};

const struct command_help table_help_edit = {
	.summary = "Edit a VM's vm.conf in $VISUAL or $EDITOR; it is checked first.",
	.more = "What is not sound does not become the vm.conf, and is kept for the next time.\n"
		"No shell reads EDITOR: it is words, with quotes where a word has blanks.",
	.example = "owrun edit router",
};

const struct command_help table_help_clone = {
	.summary = "Copy a kept VM that does not run, with its disks and snapshots.",
	.more = "What is below the disks, as an image that was pulled, is used by both.\n"
		"The copy's NICs have addresses of its own. 'owrun create NEW --from NAME'\n"
		"does the same, with options that the copy is to have.",
	.example = "owrun clone router lab",
};

const struct command_help table_help_rename = {
	.summary = "Give a kept VM that does not run another name.",
	.more = "Its disks, its snapshots, its logs and the addresses of its NICs stay.",
	.example = "owrun rename router gateway",
};

const struct command_help table_help_import = {
	.summary = "Make a kept VM of quickemu's .conf, or of a domain XML of libvirt's.",
	.more = "Its disks are used in place. Options count as for 'owrun create'. What owrun has\n"
		"nothing for is told, line by line; nothing in FILE is run.",
	.example = "owrun import ubuntu-24.04.conf ubuntu --memory 2G",
};

const struct command_help table_help_enable = {
	.summary = "Let systemd start a kept VM when you log in, or with the host.",
	.more = "It becomes owrun@NAME.service of your user manager, which stops it cleanly too.\n"
		"With 'loginctl enable-linger' that starts with the host, and outlives logins.",
	.example = "owrun enable router",
};

const struct command_help table_help_disable = {
	.summary = "Let systemd no longer start a VM; one that runs goes on.",
	.example = "owrun disable router",
};

const struct command_help table_help_ls = {
	.summary = "List your VMs.",
	.example = "owrun ls --json",
};

const struct command_help table_help_status = {
	.summary = "Tell all about a VM: state, ports, addresses, files.",
	.example = "owrun status router",
};

const struct command_help table_help_console = {
	.summary = "Go to the console of a VM.",
	.more = "'--serial 2' is the console on its second serial port.",
	.example = "owrun console router",
};

const struct command_help table_help_log = {
	.summary = "Print what the console of a VM printed.",
	.example = "owrun log -f router",
};

const struct command_help table_help_monitor = {
	.summary = "Go to QEMU's monitor, or run one command in it.",
	.more = "Without a terminal the lines of standard input are run. Status 1: one failed.",
	.example = "owrun monitor router info network",
};

const struct command_help table_help_ssh = {
	.summary = "Log in to a VM by ssh, or run a command there.",
	.more = "Options of ssh's with one dash go behind NAME.\n"
		"Where the LAN is a bridge it needs no forward. Host keys are kept for each VM.",
	.example = "owrun ssh router -v uptime",
};

const struct command_help table_help_ssh_config = {
	.summary = "Print what ssh, scp, rsync and editors need to reach VMs.",
	.more = "Put it into ~/.ssh/owvm, and 'Include owvm' first into ~/.ssh/config: then\n"
		"'ssh NAME', 'scp FILE NAME:', 'rsync' and editors reach it, whenever it runs.",
	.example = "owrun ssh-config >~/.ssh/owvm",
};

const struct command_help table_help_open = {
	.summary = "Open a router's page in the browser, or print its address.",
	.example = "owrun open router",
};

const struct command_help table_help_wait = {
	.summary = "Wait for text on a VM's console, a port of it, or its end.",
	.more = "EVENT: console:REGEX (a line matches), port:N (of the guest is open, through a\n"
		"forward), exit (the default). Exit status: 0 it happened, 1 the VM ended first,\n"
		"124 time is up.",
	.example = "owrun wait router --for port:80 --timeout 120",
};

const struct command_help table_help_nic = {
	.summary = "Plug network cards into a running VM, and take them out.",
	.example = "owrun nic add router bridge=br-lab",
};

const struct command_help table_help_forward = {
	.summary = "Let ports of this host lead into a running VM, or no longer.",
	.more = "SPEC is [wan:][ADDR:]HOST:[GUESTADDR:]GUEST[/udp], as of '--forward'; for rm it\n"
		"is HOST alone, or what ls shows; ls without NAME shows those of all VMs.\n"
		"'stdio NAME PORT' connects standard input and output to a port of the guest.\n"
		"Nothing is kept for the next start. 'owrun help nic' tells where they lead.",
	.example = "owrun forward add router 2222:22",
};

const struct command_help table_help_capture = {
	.summary = "Write what passes a NIC of a VM as pcap, for wireshark and tcpdump.",
	.more = "NIC is eth0 (the default: the LAN), eth1, ..., or hot0 as 'owrun nic ls' has it.\n"
		"It ends with Ctrl-C, with its reader and with the VM, which never waits for it.\n"
		"Of a BRIDGE it sees what is sent to everybody, or flooded.",
	.example = "owrun capture router eth1 | wireshark -k -i -",
};

const struct command_help table_help_stop = {
	.summary = "End a VM: by its power button, else by QEMU's quit, else by a kill.",
	.example = "owrun stop router --timeout 30",
};

const struct command_help table_help_kill = {
	.summary = "End a VM at once, as if its plug were pulled.",
	.example = "owrun kill router",
};

const struct command_help table_help_restart = {
	.summary = "Stop a VM and start it as it was started.",
	.example = "owrun restart router",
};

const struct command_help table_help_rm = {
	.summary = "Remove a VM: its vm.conf, its own disk, its snapshots.",
	.example = "owrun rm router",
};

const struct command_help table_help_snapshot = {
	.summary = "Keep the state of a stopped VM's disks; list them, remove one.",
	.more = "ls NAME tells when each was taken, and what was written since. rm NAME LABEL\n"
		"leaves the disks, and all other snapshots, as they are.",
	.example = "owrun snapshot router before-upgrade",
};

const struct command_help table_help_restore = {
	.summary = "Go back to a snapshot (default: the last).",
	.example = "owrun restore router before-upgrade",
};

const struct command_help table_help_pull = {
	.summary = "Get an image of OpenWrt, or from a URL or a file, to make VMs of.",
	.more = "SOURCE is a URL or a file: a disk (raw, qcow2, VDI, VMDK, VHDX) or a CD, as it\n"
		"is or packed by gzip, xz, zstd or zip. What was cut goes on where it was.\n"
		"Or it is openwrt[:VERSION][/TARGET/SUBTARGET][@FLAVOUR]: 'openwrt' is the latest\n"
		"release for this host's processor. VERSION: 23.05.0, 23.05, snapshot. FLAVOUR:\n"
		"ext4-combined, squashfs-combined, rootfs, kernel, tar; owrun-images(7) has all.\n"
		"'owrun create VM NAME' makes a VM of the image.",
	.example = "owrun pull openwrt:23.05.0",
};

const struct command_help table_help_images = {
	.summary = "List the images that were pulled, or remove some.",
	.more = "rm NAME removes one, prune all that no VM needs, and what a cut pull has left.",
	.example = "owrun images prune",
};

const struct command_help table_help_inject = {
	.summary = "Put files and recipes into an image, or a VM's disk.",
	.more = "SRC is a file or a directory, whose content gets into DEST, '/...' in the image.\n"
		"A DEST that is a directory, or ends with '/', gets a file under its own name.",
	.example = "owrun inject router banner:/etc/banner",
};

const struct command_help table_help_recipes = {
	.summary = "List the recipes that '--recipe' knows, or print one.",
	.example = "owrun recipes lan-ip=192.168.5.1/24",
};

const struct command_help table_help_ls_image = {
	.summary = "List the files in a directory of an image, or a VM's disk.",
	.example = "owrun ls-image router:/etc/config",
};

const struct command_help table_help_cat = {
	.summary = "Print a file of an image, or of a VM's disk.",
	.example = "owrun cat router:/etc/config/network",
};

const struct command_help table_help_cp = {
	.summary = "Copy files into an image or a VM, or out of it: NAME:/PATH.",
	.more = "One of FROM and TO is IMAGE:/PATH or VM:/PATH. A VM that runs is reached as\n"
		"'owrun ssh' reaches it.",
	.example = "owrun cp router:/etc/config ./config",
};

const struct command_help table_help_mkimage = {
	.summary = "Make an image of a root file system that is a tar.",
	.more = "An ext4 without a partition, for '--kernel'. TAR may be packed by gzip, xz or\n"
		"zstd. With SOURCE_DATE_EPOCH the same TAR makes the same bytes.",
	.example = "owrun mkimage rootfs.tar.gz -o rootfs.img --size 1G",
};

const struct command_help table_help_chroot = {
	.summary = "Run a command in an image as its root, as to install packages.",
	.more = "The image is as before unless COMMAND's exit status, which is owrun's, is 0. It\n"
		"has a /dev, a /proc, empty /run and /tmp, and nothing of this host. '--boot' is\n"
		"for hosts that let users make no namespaces: COMMAND is typed into the guest.",
	.example = "owrun chroot --network router -- opkg update",
};

const struct command_help table_help_map = {
	.summary = "Show who is on which bridge: VMs, clients, forwards.",
	.example = "owrun map --svg map.svg",
};

const struct command_help table_help_nets = {
	.summary = "List the bridges that the policy has rules for you on.",
	.example = "owrun nets",
};

const struct command_help table_help_lan = {
	.summary = "Run a command, or a shell, as a client on a bridge or a VM's LAN.",
	.more = "COMMAND (default: your shell) has no network but an interface on the LAN of that\n"
		"VM, or on the bridge, and reaches what a client there reaches.\n"
		"Its exit status is owrun's, and all that it started ends with it.\n"
		"The policy must give you 'netns' there.\n"
		"owrun-lan(7) has more, also on containers.",
	.example = "owrun lan router curl http://192.168.1.1/",
};

const struct command_help table_help_ports = {
	.summary = "List your ports on bridges (root: everybody's).",
	.example = "owrun ports",
};

const struct command_help table_help_machines = {
	.summary = "List the machines that QEMU has.",
	.example = "owrun machines --arch aarch64",
};

const struct command_help table_help_cpus = {
	.summary = "List the processors that QEMU has.",
	.example = "owrun cpus --arch aarch64",
};

const struct command_help table_help_doctor = {
	.summary = "Look for what is missing on this host, and say what mends it.",
	.more = "A line each: ok, warning (something less is missing), broken (VMs or bridges\n"
		"cannot work), and below it the command that mends it. Exit status 1: something\n"
		"is broken. No privilege is needed, and nothing is changed.",
	.example = "owrun doctor --vm router",
};

const struct command_help table_help_completion = {
	.summary = "Print the completion for a shell.",
	.more = "bash: owrun completion bash >~/.local/share/bash-completion/completions/owrun\n"
		"These ask 'words' what may stand in the place of the last WORD.",
	.example = "owrun completion bash",
};

const struct command_help table_help_help = {
	.summary = "Explain a command or a topic.",
	.example = "owrun help openwrt",
};
