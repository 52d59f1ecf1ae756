/* SPDX-License-Identifier: MIT
 * `owrun chroot --boot`: the command runs in a VM that has the image. */
#include "launcher/command/chroot-boot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/console/dialog.h"
#include "launcher/runtime/connect.h"
#include "launcher/start/start.h"
#include "launcher/vm/runtime-files.h"

#define SHELL_TIMEOUT 300000 /* ms: without KVM a large system takes long */
#define OFF_TIMEOUT 120000   /* ms */
#define SUFFIX "-chroot"

/* One that has the disk and, with `network`, the user networks that a router has. */
static int describe(struct vm *vm, const char *disk, bool network, char **reterr_text)
{
	OWNED_MEMORY char *name = NULL;
	struct vm_disk *first = NULL;

	for (size_t i = 0; i < vm->n_disks && first == NULL; i++)
		if (!vm->disks[i].cdrom)
			first = &vm->disks[i];
	if (first == NULL)
		return text_fail(reterr_text, -ENOENT, "VM '%s' has no disk", vm->name);
	if (vm->name[0] == '\0')
		vm_name_derive(first->path, vm->name);
	name = text_format("%.*s" SUFFIX, VM_NAME_SIZE - 1 - (int)strlen(SUFFIX), vm->name);
	free(first->path);
	first->path = text_format("%s", disk);
	first->format = VM_FORMAT_RAW;
	first->format_said = true;
	first->readonly = first->snapshot = vm->ephemeral = false;
	vm->lan = vm->wan = network ? VM_NETWORK_USER : VM_NETWORK_NONE;
	vm->lan_asked = vm->wan_asked = true;
	vm->n_nics = vm->n_forwards = 0;
	return vm_set_name(vm, name, reterr_text);
}

/* The guest unmounts its disks when it turns itself off. */
static int turn_off(struct start *start, const struct dialog *dialog, char **reterr_text)
{
	int r = dialog_type(dialog, "sync; poweroff");

	if (r == 0 && poll(&(struct pollfd){.fd = start->spawn.pidfd, .events = POLLIN}, 1,
			      OFF_TIMEOUT) == 0)
		r = -ETIMEDOUT;
	return r < 0 ? text_fail(reterr_text, r,
			       "the guest does not turn itself off by 'poweroff': %s", strerror(-r))
		     : 0;
}

static void print(const char *line)
{
	text_print(stdout, "%s", line);
}

static int talk(struct start *start, char *const *argv, int *ret_status, char **reterr_text)
{
	OWNED_FD socket =
		runtime_connect(&start->runtime, RUNTIME_CONSOLE, SOCK_STREAM | SOCK_NONBLOCK);
	const struct dialog dialog = {
		.socket = socket,
		.pidfd = start->spawn.pidfd,
		.signals = start->signals,
		.timeout = SHELL_TIMEOUT,
		.print = print,
	};
	int r = 0;

	if (socket < 0)
		return text_fail(reterr_text, socket, "cannot reach the guest's console: %s",
			strerror(-socket));
	r = dialog_run(&dialog, argv, ret_status, reterr_text);
	return r == 0 && *ret_status == 0 ? turn_off(start, &dialog, reterr_text) : r;
}

int chroot_boot(
	struct options *options, const char *disk, int signals, int *ret_status, char **reterr_text)
{
	const struct vmdir none = VMDIR_NONE;
	OWNED_START start = {0};
	int r = describe(&options->vm, disk, options->network, reterr_text);

	start_init(&start, &options->vm, &none);
	if (r == 0)
		r = start_prepare(&start, false, reterr_text);
	start.signals = fcntl(signals, F_DUPFD_CLOEXEC, 0);
	if (r == 0)
		r = start_vm(&start, &options->settings, reterr_text);
	if (r < 0)
		return r;
	text_say("booting VM '%s' of it; its shell has %d s to show up on the console",
		options->vm.name, SHELL_TIMEOUT / 1000);
	r = talk(&start, options->rest, ret_status, reterr_text);
	spawn_kill(&start.spawn);
	runtime_remove(&start.runtime);
	return r;
}
