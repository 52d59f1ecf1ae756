/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one.
 *
 * First the VM's name and directory are locked, so that nothing which is looked at changes. What
 * can fail without netd fails before netd is asked and leaves everything as it was; whatever fails
 * after leaves nothing behind: the ports die with their fds, the runtime directory is removed. */
#include "launcher/start/start.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/disk/backing-own.h"
#include "launcher/disk/overlay.h"
#include "launcher/disk/use.h"
#include "launcher/home/ended.h"
#include "launcher/home/remember.h"
#include "launcher/home/vmdir.h"
#include "launcher/host/accel.h"
#include "launcher/host/host.h"
#include "launcher/host/serial-probe.h"
#include "launcher/image/look.h"
#include "launcher/netd-client/lan.h"
#include "launcher/runtime/file.h"
#include "launcher/sandbox/share-reach.h"
#include "launcher/start/private.h"

void start_init(struct start *ret_start, struct vm *vm, const struct vmdir *vmdir)
{
	*ret_start = (struct start){
		.vm = vm,
		.vmdir = vmdir,
		.memory_place = VMDIR_NONE,
		.signals = -1,
		.vmdir_lock = -1,
		.runtime = RUNTIME_NONE,
		.forwarder = FORWARDER_NONE,
		.spawn = SPAWN_NONE,
	};
	netd_client_init(&ret_start->client);
	runtime_places_init(&ret_start->places);
}

void start_free(struct start *start)
{
	start_close_ports(start);
	cleanup_close(&start->signals);
	spawn_free(&start->spawn);
	cleanup_close(&start->vmdir_lock);
	if (start->runtime.lock >= 0)
		runtime_release(&start->runtime);
	runtime_close(&start->runtime);
	sandbox_free(&start->sandbox);
	free(start->qemu);
	free(start->passt);
	free(start->directory);
	free(start->accel_reason);
	vmdir_close(&start->memory_place);
	json_decref(start->memory);
}

static int choose_accel(struct start *start, char **reterr_text)
{
	OWNED_MEMORY char *remembered = remember_kvm(start->memory);
	struct accel_facts facts = {0};
	int r = 0;

	accel_probe(&facts);
	facts.remembered = remembered;
	facts.foreign = !arch_is_native(start->vm->arch);
	r = accel_choose(
		start->vm->accel, &facts, &start->facts.accel, &start->accel_reason, reterr_text);
	if (r < 0)
		return r;
	if (start->facts.accel == ACCEL_TCG && vm_cpu_is_host(start->vm))
		return text_fail(reterr_text, -EINVAL,
			"'--cpu %s' needs KVM, and this VM runs under TCG, as %s; use '--cpu max'",
			start->vm->cpu, start->accel_reason);
	return 0;
}

/* From here on nobody starts a VM of that name, and nobody changes the disks of this one. */
static int lock(struct start *start, char **reterr_text)
{
	int r = runtime_claim(&start->places, start->vm->name, &start->runtime, reterr_text);

	if (r < 0)
		return r;
	start->facts.directory = start->runtime.directory;
	if (start->vmdir->fd < 0)
		return 0;
	start->vmdir_lock = vmdir_lock(start->vmdir, false, reterr_text);
	return start->vmdir_lock < 0 ? start->vmdir_lock : 0;
}

/* In the sandbox this is looked at where it is opened, with what was noted. */
static int check_images(const struct start *start, char **reterr_text)
{
	const struct vm *vm = start->vm;
	int r = 0;

	if ((!vm->no_sandbox && sandbox_possible()) || start->facts.trust_backing)
		return 0;
	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		if (vm->disks[i].format == VM_FORMAT_QCOW2)
			r = backing_own_check_all(vm->disks[i].path, reterr_text);
	return r;
}

int start_prepare(struct start *start, bool dry, char **reterr_text)
{
	struct vm *vm = start->vm;
	int r = vm_complete(vm, (uint32_t)start->places.uid, reterr_text);

	if (r == 0)
		r = runtime_path(&start->places, vm->name, &start->directory, reterr_text);
	start->facts.directory = start->directory;
	if (r == 0 && !dry)
		r = lock(start, reterr_text);
	if (r == 0 && start->vmdir->fd >= 0)
		r = overlay_apply(vm, start->vmdir, reterr_text);
	if (r == 0)
		r = host_check_files(vm, reterr_text);
	if (r == 0)
		r = image_check_disks(vm, reterr_text);
	if (r == 0)
		r = check_images(start, reterr_text);
	if (r == 0)
		r = share_reach_check(vm, start->vmdir->path, &start->places, reterr_text);
	if (r == 0)
		r = host_find_qemu(vm->arch, getenv("PATH"), &start->qemu, reterr_text);
	if (r == 0)
		r = start_find_passt(start, reterr_text);
	if (r < 0)
		return r;
	start_recall(start);
	r = choose_accel(start, reterr_text);
	if (r < 0)
		return r;
	start->fell_back = lan_settle(vm, &start->client);
	start_settle_macs(start);
	start->facts.qemu = start->qemu;
	r = remember_probe(start->memory, vm->forwards, vm->n_forwards, reterr_text);
	if (r < 0)
		return r;
	return serial_probe(vm->serials, vm->n_serials, vm->has_monitor ? &vm->monitor : NULL,
		vm->forwards, vm->n_forwards, reterr_text);
}

/* What QEMU needs in its directory is made while an error can be told well. */
static int make_files(const struct start *start, char **reterr_text)
{
	const struct runtime *runtime = &start->runtime;
	const char *file = RUNTIME_LOCK;
	int r = runtime_note(runtime->directory_fd, RUNTIME_LOCK, &runtime->holder);

	/* That of the first console is there also where it stays empty. */
	for (size_t i = 0; r == 0 && i < start->vm->n_serials; i++) {
		OWNED_FD log = -1;

		if (i > 0 && !serial_is_console(&start->vm->serials[i]))
			continue;
		file = serial_console_of(start->vm->serials, i)->log;
		log = runtime_file_make(runtime->directory_fd, file, O_WRONLY);
		r = log < 0 ? log : 0;
	}
	if (r == 0)
		return 0;
	return text_fail(
		reterr_text, r, "cannot write '%s/%s': %s", runtime->directory, file, strerror(-r));
}

static int start_locked(struct start *start, const struct settings *settings, char **reterr_text)
{
	int r = disk_use_check(start->vm, &start->places, reterr_text);

	if (r == 0)
		r = make_files(start, reterr_text);
	if (r == 0 && !start->vm->no_sandbox)
		r = sandbox_make(start->vm, &start->facts, &start->sandbox, reterr_text);
	if (r == 0)
		r = start_open_ports(start, reterr_text);
	if (r == 0)
		r = start_forwarder(start, reterr_text);
	if (r == 0)
		r = start_qemu(start, reterr_text);
	if (r == 0)
		r = start_attend_forwarder(start, reterr_text);
	if (r == 0)
		r = start_note(start, settings, reterr_text);
	return r;
}

/* Make room, and keep the logs of the VM before where nobody did that when it ended. */
static void clear_away(const struct start *start)
{
	OWNED_MEMORY char *error = NULL;

	ended_await(&start->runtime);
	if (ended_keep(&start->runtime, NULL, &error) < 0)
		text_say("%s", error);
	runtime_clear(&start->runtime);
}

int start_vm(struct start *start, const struct settings *settings, char **reterr_text)
{
	int r = 0;

	clear_away(start);
	start_tell_limits(start);
	start_tell_shares(start);
	r = start_locked(start, settings, reterr_text);
	/* From now on only QEMU holds the taps. */
	if (r < 0) {
		bool ports = start->n_fds > 0;

		start_close_ports(start);
		forwarder_stop(&start->forwarder);
		runtime_remove(&start->runtime);
		cleanup_close(&start->runtime.lock);
		if (ports)
			netd_client_sweep(&start->client);
		return r;
	}
	start_close_ports(start);
	start_remember(start);
	cleanup_close(&start->runtime.lock);
	cleanup_close(&start->vmdir_lock);
	return 0;
}

void start_tell_macs(
	struct vm *vm, const struct vmdir *vmdir, uint8_t ret_macs[VM_NICS_MAX][MAC_SIZE])
{
	OWNED_START start = {0};

	start_init(&start, vm, vmdir);
	start_recall(&start);
	start_settle_macs(&start);
	for (size_t i = 0; i < vm->n_nics; i++)
		memcpy(ret_macs[i], start.facts.nics[i].mac, MAC_SIZE);
}
