/* SPDX-License-Identifier: MIT
 * `owrun help`: the commands, and topics of one screen each. */
#include "launcher/command/topics.h"

#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/terminal.h"
#include "launcher/base/text.h"
#include "launcher/base/wrap.h"
#include "launcher/command/commands.h"
#include "launcher/options/help.h"

#define NAMES_MAX 80
#define COLUMNS 80

static const char disk_topic[] =
	"--disk PATH[,KEY...]      a disk; the order given is vda, vdb, ... (a comma in PATH is doubled)\n"
	"\n"
	"  format=raw|qcow2        else by suffix: .img and .raw, .qcow2; it is never guessed from\n"
	"                          what is inside, which a guest could have written, but refused when\n"
	"                          that is something else\n"
	"  if=virtio|ide           how the guest sees it: /dev/vda or /dev/sda (default: virtio)\n"
	"  media=cdrom             a CD in its drive, as '--cdrom PATH' makes it\n"
	"  readonly                nobody writes to it\n"
	"  snapshot                what is written is thrown away at the end\n"
	"\n"
	"--ephemeral makes all disks 'snapshot'. 'owrun create NAME IMAGE' copies IMAGE into a disk of\n"
	"the VM's own; 'owrun snapshot NAME' and 'owrun restore NAME' keep and bring back its state.\n"
	"\n"
	"What a qcow2 image has below it is noted at its first start, as a guest could change it;\n"
	"after a 'qemu-img rebase' of your own, 'owrun run --trust-backing' takes what is there, as it\n"
	"does an image of another user, which is refused if it names further files.\n";

static const char nic_topic[] =
	"Without --nic a VM has eth0, its LAN, on your own bridge ow-UID, and eth1, its WAN, on a user\n"
	"network that leads out. --lan BRIDGE|user|none and --wan user|passt|none change one of them.\n"
	"\n"
	"--nic bridge[=NAME][,KEY=VALUE...]   a port on a bridge, which owvm-netd makes\n"
	"--nic user[,KEY=VALUE...]            QEMU's user network: the guest reaches out\n"
	"--nic passt[,KEY=VALUE...]           the same by passt: faster from the guest, see owrun(1)\n"
	"--nic none                           no network\n"
	"\n"
	"  model=virtio|e1000|rtl8139|...     default: virtio\n"
	"  mac=52:54:00:12:34:56              default: one of your own, the same at every start\n"
	"  addr=0x3                           slot on the PCI bus (default: from 0x8 on)\n"
	"  queues=4 vhost=on                  of a bridge, virtio alone, where the policy permits it\n"
	"  net=10.0.3.0/24 host=10.0.3.2 dhcpstart=10.0.3.15    of user and passt\n"
	"\n"
	"A digit from 2 to 9 is your own bridge of that number: --lan 2 is ow-UID-2.\n"
	"--nic repeats; the first is eth0. Kernels name NICs driver by driver: with different models\n"
	"their order is certain only for a guest that goes by PCI addresses.\n"
	"'owrun nic add NAME bridge=NAME' plugs one into a VM that runs.\n"
	"\n"
	"--forward [wan:][ADDR:]HOST:[GUESTADDR:]GUEST[/udp]   a port of this host leads to the guest's\n"
	"  It enters by the LAN, at --guest-address (192.168.1.1), as a client there would; 'wan:' by the\n"
	"  WAN, where a router refuses. HOST 0 is any free port. 'owrun forward --help': later.\n";

static const char share_topic[] =
	"--share PATH[:TAG][,KEY...]   a directory of yours in the guest, by 9p (TAG: hostshare)\n"
	"\n"
	"  mapped   owners, modes and symlinks of the guest are kept in extended attributes; the files\n"
	"           are plain files of yours (the default)\n"
	"  shared   modes and symlinks are real ones; the guest cannot give files to other owners\n"
	"  ro       the guest cannot write\n"
	"\n"
	"In the guest: mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000 TAG DIRECTORY\n"
	"'owrun status NAME' prints that line, to be pasted. What the guest's root makes is yours.\n"
	"\n"
	"A file that the guest makes in a 'mapped' share is for you alone on the host, 0600: 'chmod' here\n"
	"gives it to others, and the guest goes on to see its own mode. It cannot read symlinks that the\n"
	"host made there. With 'shared' it can, and modes are the same on both sides.\n";

static const char serial_topic[] =
	"--serial TARGET    the first is ttyS0 (ttyAMA0 on ARM), the next ttyS1, ...\n"
	"--monitor TARGET   one more monitor; 'owrun monitor NAME' has one anyway\n"
	"\n"
	"  console          owrun's console: a socket and a log (the default of the first serial port).\n"
	"                   'owrun console NAME --serial 2' is that of the second port\n"
	"  stdio, mon:stdio the same: in the foreground it is this terminal\n"
	"  file:PATH        what the guest sends is written there\n"
	"  unix:PATH        a socket, for 'socat -,raw,echo=0,escape=0x18 UNIX-CONNECT:PATH'\n"
	"  tcp:[ADDR:]PORT  likewise, on 127.0.0.1 unless ADDR is given\n"
	"  pty              a pseudoterminal; 'owrun status NAME' tells its name\n"
	"  null, none       nobody; there is no such port\n"
	"\n"
	"A shell on the second port, in the guest: setsid sh </dev/ttyS1 >/dev/ttyS1 2>&1 &\n";

static const char openwrt_topic[] =
	"owrun run -d --forward 0:80 openwrt  the latest release as a VM, and where its page is: LuCI\n"
	"owrun create NAME openwrt:23.05      another; owrun-images(7) has all names\n"
	"\n"
	"  eth0, the LAN   192.168.1.1, LuCI on port 80, ssh, a DHCP server. It is your bridge, with your\n"
	"                  other VMs as its clients; '--forward 0:80' leads there from here\n"
	"  eth1, the WAN   leads out; the router's firewall refuses what comes in by it, forwards as well\n"
	"\n"
	"The first boot takes some seconds longer. 'owrun console NAME', Enter: root's shell, which has no\n"
	"password until 'passwd' gives one. There, with 'uci commit' and 'reload_config' behind it:\n"
	"\n"
	"  uci set network.lan.ipaddr=192.168.5.1         another address in the LAN\n"
	"  uci set dhcp.lan.force=1                       a DHCP server also beside that of '--lan user'\n"
	"  r=$(uci add firewall rule)                     let ssh and LuCI in by the WAN:\n"
	"  uci set firewall.$r.src=wan; uci set firewall.$r.proto=tcp\n"
	"  uci set firewall.$r.dest_port='22 80'; uci set firewall.$r.target=ACCEPT\n"
	"\n"
	"What '--disk-size' left to do, with ext4 (from 25.12 on 'apk add' for 'opkg install'):\n"
	"\n"
	"  opkg update; opkg install parted resize2fs\n"
	"  parted -s /dev/vda resizepart 2 100%; resize2fs /dev/vda2      of rootfs: resize2fs /dev/vda\n";

static const char keys_topic[] =
	"In the foreground and on 'owrun console NAME':\n"
	"\n"
	"  Ctrl-]     leave the console; the VM goes on (--console-escape '^X' takes another key)\n"
	"\n"
	"In the foreground ('owrun run' without -d) also, as in QEMU:\n"
	"\n"
	"  Ctrl-A x   end the VM\n"
	"  Ctrl-A c   switch between console and QEMU's monitor\n"
	"  Ctrl-A a   send Ctrl-A to the guest\n"
	"  Ctrl-A h   help\n";

static const struct {
	const char *name;
	const char *summary;
	const char *text; /* NULL: made from the table of options */
} topics[] = {
	{"options", "all options of VMs, which are the keys of vm.conf", NULL},
	{"disk", "disks", disk_topic},
	{"nic", "network cards", nic_topic},
	{"share", "shared directories", share_topic},
	{"serial", "serial ports and monitors", serial_topic},
	{"keys", "keys of the console", keys_topic},
	{"openwrt", "routers of OpenWrt: first boot, LAN and WAN, LuCI", openwrt_topic},
};

/* Under what else a topic is looked for. */
static const char *const aliases[][2] = {
	{"network", "nic"},
	{"wan", "nic"},
	{"drive", "disk"},
	{"vm.conf", "options"},
	{"luci", "openwrt"},
};

#define N_TOPICS (sizeof(topics) / sizeof(topics[0]))

const char *topics_name(size_t i)
{
	return i < N_TOPICS ? topics[i].name : NULL;
}

/* The names of minor commands, on as many lines as they need. */
static void print_minor(const struct command *table, FILE *stream)
{
	int column = fprintf(stream, "Also:");

	for (const struct command *row = table; row->name != NULL; row++) {
		if (!row->minor)
			continue;
		if (column + 1 + (int)strlen(row->name) >= COLUMNS)
			column = fprintf(stream, "\n     ") - 1;
		column += fprintf(stream, " %s", row->name);
	}
	fputs("\n", stream);
}

void topics_print_commands(const struct command *table, FILE *stream)
{
	fputs("usage: owrun COMMAND [OPTIONS]\n"
	      "Virtual machines on real bridges, without root.\n\n",
		stream);
	for (const struct command *row = table; row->name != NULL; row++)
		if (!row->minor)
			fprintf(stream, "  %-10s %s\n", row->name, row->help->summary);
	print_minor(table, stream);
	fputs("'owrun COMMAND --help' tells more, 'owrun help TOPIC' explains one of\n ", stream);
	for (size_t i = 0; i < N_TOPICS; i++)
		fprintf(stream, " %s", topics[i].name);
	fputs("\n", stream);
}

static int say_unknown(const struct command *table, const char *name)
{
	const char *names[NAMES_MAX] = {0}, *nearest = NULL;
	size_t n = 0;

	for (size_t i = 0; i < N_TOPICS; i++)
		names[n++] = topics[i].name;
	for (const struct command *row = table; row->name != NULL && n < NAMES_MAX; row++)
		names[n++] = row->name;
	nearest = text_nearest(name, names, n);
	if (nearest != NULL)
		text_say("there is no topic '%s'; did you mean '%s'?", name, nearest);
	else
		text_say("there is no topic '%s'; 'owrun help' lists them", name);
	return EXIT_USAGE;
}

static int print_help(const struct options *options, FILE *stream)
{
	const char *name = options->operand;
	const struct command *command = name == NULL ? NULL : command_find(options->commands, name);

	for (size_t i = 0; name != NULL && i < sizeof(aliases) / sizeof(aliases[0]); i++)
		if (strcmp(name, aliases[i][0]) == 0)
			name = aliases[i][1];
	if (name == NULL) {
		topics_print_commands(options->commands, stream);
		fputc('\n', stream);
		for (size_t i = 0; i < N_TOPICS; i++)
			fprintf(stream, "  %-10s %s\n", topics[i].name, topics[i].summary);
		return 0;
	}
	for (size_t i = 0; i < N_TOPICS; i++) {
		/* A command of that name has a screen of its own, by --help. */
		if (strcmp(name, topics[i].name) != 0)
			continue;
		if (topics[i].text != NULL)
			fputs(topics[i].text, stream);
		else
			options_print_vm_help(stream);
		return 0;
	}
	if (command == NULL)
		return say_unknown(options->commands, name);
	options_print_help(command, stream);
	return 0;
}

int help_run(struct options *options)
{
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *wrapped = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);
	int r = stream == NULL ? 1 : print_help(options, stream);

	if (stream == NULL || fclose(stream) != 0)
		return 1;
	wrapped = wrap_text(text, terminal_columns(stdout));
	fputs(wrapped, stdout);
	return r;
}
