/* SPDX-License-Identifier: MIT
 * `owrun run`: check everything, start a VM, then be its console or go.
 *
 * What can fail without netd fails before netd is asked, and whatever fails after leaves nothing
 * behind: the port dies with its fd, the directory is removed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/door.h"
#include "launcher/foreground.h"
#include "launcher/host.h"
#include "launcher/lan.h"
#include "launcher/log.h"
#include "launcher/plan.h"
#include "launcher/signals.h"
#include "launcher/spawn.h"
#include "launcher/state.h"
#include "launcher/text.h"

/* What is known on the way to a running VM. */
struct run {
	struct options *options;
	struct vm *vm;
	struct door door;
	struct runtime_places places;
	struct plan_facts facts;
	struct runtime runtime;
	struct wire_tap_reply port; /* with a LAN that is a bridge */
	struct spawn spawn;
	char *qemu;
	char *directory;
	char *accel_reason;
	bool fell_back; /* the LAN, to a user network */
	int signals;	/* signalfd of what ends owrun */
};

static int choose_accel(struct run *run, char **reterr_text)
{
	struct accel_facts facts = {0};
	int r = 0;

	accel_probe(&facts);
	r = accel_choose(
		run->vm->accel, &facts, &run->facts.accel, &run->accel_reason, reterr_text);
	if (r < 0)
		return r;
	if (run->facts.accel == ACCEL_TCG && run->vm->cpu != NULL &&
		strcmp(run->vm->cpu, "host") == 0)
		return text_fail(reterr_text, -EINVAL,
			"'--cpu host' needs KVM, and this VM runs under TCG, as %s; use '--cpu max'",
			run->accel_reason);
	return 0;
}

static void derive_macs(struct run *run)
{
	uint32_t uid = (uint32_t)run->places.uid;

	mac_derive(uid, run->vm->name, 0, run->facts.lan_mac);
	mac_derive(uid, run->vm->name, 1, run->facts.wan_mac);
}

/* All that can be known without netd. */
static int prepare(struct run *run, char **reterr_text)
{
	int r = vm_complete(run->vm, (uint32_t)run->places.uid, reterr_text);

	if (r == 0)
		r = host_check_files(run->vm, reterr_text);
	if (r == 0)
		r = host_find_qemu(getenv("PATH"), &run->qemu, reterr_text);
	if (r == 0)
		r = runtime_path(&run->places, run->vm->name, &run->directory, reterr_text);
	if (r == 0)
		r = choose_accel(run, reterr_text);
	if (r < 0)
		return r;
	run->fell_back = lan_settle(run->vm, &run->door);
	derive_macs(run);
	run->facts.qemu = run->qemu;
	run->facts.directory = run->directory;
	run->facts.lan_fd = SPAWN_LAN_FD;
	return forward_probe(run->vm->forwards, run->vm->n_forwards, reterr_text);
}

/* What was decided without being asked. */
static void explain_choices(const struct run *run)
{
	if (run->vm->accel == ACCEL_AUTO)
		text_say("accelerator: %s, as %s", run->facts.accel == ACCEL_KVM ? "KVM" : "TCG",
			run->accel_reason);
	if (run->fell_back)
		text_say("LAN: a user network, as this host has no owvm-netd ('%s')",
			run->door.socket);
}

static int dry_run(const struct run *run)
{
	struct plan plan = {0};

	plan_make(run->vm, &run->facts, &plan);
	if (run->vm->lan == VM_NETWORK_BRIDGE)
		printf("# fd %d is the tap on bridge '%s' that owvm-netd hands over\n",
			SPAWN_LAN_FD, run->vm->bridge);
	plan_print(&plan, stdout);
	plan_free(&plan);
	return 0;
}

static int say_qemu_failure(struct run *run, int error, char **reterr_text)
{
	OWNED_MEMORY char *log = runtime_file(&run->runtime, RUNTIME_QEMU_LOG);

	switch (error) {
	case -EINTR:
		return text_fail(reterr_text, error, "interrupted");
	case -ETIMEDOUT:
		log_print_tail(log, stderr);
		return text_fail(reterr_text, error, "QEMU does not answer; it was ended");
	default:
		log_print_tail(log, stderr);
		return text_fail(
			reterr_text, error, "QEMU ended at once; its last lines are above");
	}
}

static int start_qemu(struct run *run, int tap, char **reterr_text)
{
	OWNED_MEMORY char **argv = NULL;
	struct plan plan = {0};
	int r = 0;

	plan_make(run->vm, &run->facts, &plan);
	argv = plan_argv(&plan);
	r = spawn_qemu(argv, &run->runtime, tap, &run->spawn);
	plan_free(&plan);
	if (r < 0)
		return text_fail(
			reterr_text, r, "cannot start a process for QEMU: %s", strerror(-r));
	r = spawn_wait_ready(&run->spawn, &run->runtime, run->signals);
	if (r < 0) {
		spawn_kill(&run->spawn);
		return say_qemu_failure(run, r, reterr_text);
	}
	return 0;
}

/* With the directory claimed: the port, QEMU, the state file. */
static int start_claimed(struct run *run, char **reterr_text)
{
	bool bridge = run->vm->lan == VM_NETWORK_BRIDGE;
	OWNED_FD tap = -1;
	int r = 0;

	if (bridge)
		r = lan_open(
			run->vm, &run->door, run->facts.lan_mac, &run->port, &tap, reterr_text);
	if (r < 0)
		return r;
	run->facts.lan_mtu = run->port.mtu;
	r = start_qemu(run, tap, reterr_text);
	if (r < 0)
		return r;
	r = state_write(
		&run->runtime, run->vm, run->facts.accel, bridge ? run->port.interface : NULL);
	if (r < 0) {
		spawn_kill(&run->spawn);
		return text_fail(reterr_text, r, "cannot write '%s/" RUNTIME_STATE "': %s",
			run->runtime.directory, strerror(-r));
	}
	return 0;
}

static int start(struct run *run, char **reterr_text)
{
	int r = runtime_claim(&run->places, run->vm->name, &run->runtime, reterr_text);

	if (r < 0)
		return r;
	r = start_claimed(run, reterr_text);
	if (r < 0) {
		runtime_remove(&run->runtime);
		if (run->vm->lan == VM_NETWORK_BRIDGE)
			door_sweep(&run->door);
		return r;
	}
	/* From now on only QEMU holds the lock. */
	cleanup_close(&run->runtime.lock);
	return 0;
}

/* One line about the new VM; where it is in the foreground, standard output is its console. */
static void announce(const struct run *run)
{
	FILE *stream = run->options->detach ? stdout : stderr;
	const struct vm *vm = run->vm;

	fprintf(stream, "%s: pid %d", vm->name, (int)run->spawn.pid);
	if (vm->lan == VM_NETWORK_BRIDGE)
		fprintf(stream, ", LAN %s on bridge %s", run->port.interface, run->port.bridge);
	else
		fprintf(stream, ", LAN %s", vm->lan == VM_NETWORK_USER ? "user" : "none");
	for (size_t i = 0; i < vm->n_forwards; i++) {
		char text[FORWARD_TEXT_SIZE] = {0};

		forward_format(&vm->forwards[i], text);
		fprintf(stream, "%s%s", i == 0 ? ", forward " : " ", text);
	}
	if (run->options->detach)
		fprintf(stream, "; 'owrun console %s' is its console", vm->name);
	fputc('\n', stream);
	fflush(stream);
}

static int start_and_attend(struct run *run, char **reterr_text)
{
	run->signals = signals_open();
	if (run->signals < 0)
		return text_fail(reterr_text, run->signals, "cannot watch signals: %s",
			strerror(-run->signals));
	if (start(run, reterr_text) < 0)
		return 1;
	announce(run);
	if (run->options->detach)
		return 0;
	return foreground_attend(&(struct foreground){
		.name = run->vm->name,
		.runtime = &run->runtime,
		.door = &run->door,
		.spawn = &run->spawn,
		.signals = run->signals,
		.escape = run->options->escape,
	});
}

int run_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	struct run run = {
		.options = options,
		.vm = &options->vm,
		.runtime = RUNTIME_NONE,
		.signals = -1,
		.spawn = {.pidfd = -1},
	};
	int r = 0;

	door_init(&run.door);
	runtime_places_init(&run.places);
	r = prepare(&run, &error);
	if (r == 0)
		explain_choices(&run);
	if (r == 0)
		r = options->dry_run ? dry_run(&run) : start_and_attend(&run, &error);
	if (error != NULL && r != 0)
		text_say("%s", error);
	cleanup_close(&run.signals);
	cleanup_close(&run.spawn.pidfd);
	runtime_close(&run.runtime);
	free(run.qemu);
	free(run.directory);
	free(run.accel_reason);
	return r == 0 ? 0 : 1;
}
