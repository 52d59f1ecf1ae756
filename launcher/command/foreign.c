/* SPDX-License-Identifier: MIT
 * The names of commands that other programs have. */
#include "launcher/command/foreign.h"

#include <string.h>

#define START "'owrun run -d NAME' starts a VM in the background"
#define END "'owrun stop NAME' ends a VM, and what is on its disk stays"
#define REMOVE "'owrun stop NAME' ends a VM, 'owrun rm NAME' removes it with its disk"
#define INSIDE "'owrun ssh NAME COMMAND' runs a command in the guest"
#define ENTER "'owrun ssh NAME' logs in by ssh, 'owrun console NAME' goes to the console"
#define LIST "'owrun ls' lists your VMs"
#define LOG "'owrun log NAME' prints what the console of a VM printed"
#define TELL "'owrun status NAME' tells all about a VM"
#define MAKE "'owrun create NAME IMAGE' makes a VM of an image, also of a disk of another program's"
#define LOAD \
	"'owrun ls' has the memory and the time of processors of each VM, and 'top -p PID' its load"
#define EDIT \
	"'owrun edit NAME' edits the vm.conf of a VM, and 'owrun config NAME' shows what counts"
#define PAUSE "'owrun monitor NAME stop' pauses a VM, 'owrun monitor NAME cont' lets it go on"
#define KEEP \
	"'owrun snapshot NAME' keeps the disks of a stopped VM; what a running VM has in memory is not kept"
#define IMAGES \
	"'owrun images' lists the images that were pulled, and 'owrun pull --help' tells of new ones"
#define AUTOSTART "'owrun enable NAME' lets systemd start a VM, 'owrun disable NAME' no longer"
#define RENAME "'owrun rename NAME NEW' gives a kept VM another name"
#define NETS "'owrun nets' lists the bridges that you may use"

const struct foreign foreign_commands[] = {
	{"attach", ENTER},
	{"attach-interface", "'owrun nic add NAME user' plugs a NIC into a running VM"},
	{"autostart", AUTOSTART},
	{"boot", START},
	{"build", MAKE},
	{"commit", KEEP},
	{"connect", ENTER},
	{"copy", "'owrun cp FROM TO' copies files into a VM that is stopped, or out of it"},
	{"define", MAKE},
	{"delete", REMOVE},
	{"destroy", REMOVE},
	{"detach-interface", "'owrun nic remove NAME ID' takes a NIC out of a running VM"},
	{"domiflist", "'owrun nic ls NAME' lists the NICs of a VM that runs"},
	{"dominfo", TELL},
	{"domrename", RENAME},
	{"domstate", TELL},
	{"down", END},
	{"dumpxml", EDIT},
	{"enter", ENTER},
	{"exec", INSIDE},
	{"export", "the disk of a VM is a file, and 'owrun status NAME' tells which"},
	{"halt", END},
	{"image", IMAGES},
	{"info", TELL},
	{"init", MAKE},
	{"inspect", TELL},
	{"launch", START},
	{"list", LIST},
	{"login", ENTER},
	{"logs", LOG},
	{"managedsave", KEEP},
	{"move", RENAME},
	{"mv", RENAME},
	{"net-list", NETS},
	{"network", NETS},
	{"new", MAKE},
	{"pause", PAUSE},
	{"port",
		"'owrun forward ls' lists the ports of this host that lead into VMs, 'owrun ports' your ports on bridges"},
	{"poweroff", END},
	{"ps", LIST},
	{"reboot", "'owrun restart NAME' stops a VM and starts it again"},
	{"remove", REMOVE},
	{"reset", "'owrun monitor NAME system_reset' is the reset button of a VM"},
	{"resume", PAUSE},
	{"rmi", "'owrun images rm NAME' removes an image that was pulled"},
	{"save", KEEP},
	{"shell", ENTER},
	{"show", TELL},
	{"shutdown", END},
	{"snapshot-create", KEEP},
	{"snapshot-delete", "'owrun snapshot rm NAME LABEL' removes a snapshot"},
	{"snapshot-list", "'owrun snapshot ls NAME' lists the snapshots of a VM"},
	{"snapshot-revert", "'owrun restore NAME LABEL' goes back to a snapshot"},
	{"start", START},
	{"stats", LOAD},
	{"suspend", PAUSE},
	{"top", LOAD},
	{"undefine", REMOVE},
	{"unpause", PAUSE},
	{"up", START},
	{"version", "'owrun --version' tells it"},
	{0},
};

const char *foreign_answer(const char *name)
{
	for (const struct foreign *row = foreign_commands; row->name != NULL; row++)
		if (strcmp(name, row->name) == 0)
			return row->answer;
	return NULL;
}
