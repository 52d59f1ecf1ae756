/* SPDX-License-Identifier: MIT
 * `owrun run` and `owrun restart`: start a VM, then be its console or go. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/router.h"
#include "launcher/command/run-image.h"
#include "launcher/command/stop.h"
#include "launcher/console/foreground.h"
#include "launcher/home/vm-lock.h"
#include "launcher/host/host.h"
#include "launcher/image/look.h"
#include "launcher/options/description.h"
#include "launcher/options/qemu.h"
#include "launcher/options/settings-json.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"
#include "launcher/start/start.h"

/* What was decided without being asked. */
static void explain_choices(const struct start *start)
{
	OWNED_MEMORY char *root = vm_root_advice(start->vm);

	if (start->vm->accel == ACCEL_AUTO)
		text_say("accelerator: %s, as %s", start->facts.accel == ACCEL_KVM ? "KVM" : "TCG",
			start->accel_reason);
	if (start->vm->no_sandbox)
		text_say(
			"no sandbox: a guest that takes over QEMU can do whatever you can, with all of your files");
	else if (!sandbox_possible())
		text_say(
			"this kernel has no Landlock: QEMU is confined by its system call filter alone, and can read your files");
	if (root != NULL)
		text_say("%s", root);
	if (start->fell_back)
		text_say("LAN: a user network, as no owvm-netd runs on this host ('%s')",
			start->client.socket);
}

static bool has_queues(const struct vm *vm)
{
	bool found = false;

	for (size_t i = 0; i < vm->n_nics; i++)
		found = found || vm->nics[i].queues > 1 || vm->nics[i].vhost;
	return found;
}

static int dry_run(struct start *start)
{
	OWNED_MEMORY char *directory = shell_word(start->directory);
	const struct vm *vm = start->vm;
	struct plan plan = {0};

	puts("# owrun takes the taps from owvm-netd itself, as fds, and lets QEMU reach only the files of the VM.");
	if (has_queues(vm))
		puts("# Its NICs have one queue and no vhost in this command: a helper passes one fd.");
	for (size_t i = 0; i < vm->n_forwards; i++)
		if (vm_forward_nic(vm, &vm->forwards[i])->kind == NIC_BRIDGE) {
			puts("# Forwards that enter by the LAN are no part of this command: owrun's own process has them.");
			break;
		}
	/* Only then may QEMU run a helper. */
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].kind == NIC_BRIDGE)
			start->facts.bridge_helper = OWVM_BRIDGE_HELPER;
	printf("mkdir -p -m 0700 %s\n", directory);
	start_print_passts(start, stdout);
	plan_make(vm, &start->facts, &plan);
	plan_print(&plan, stdout);
	plan_free(&plan);
	return 0;
}

/* One line about the new VM; where it is in the foreground, standard output is its console. */
static void announce(const struct start *start, bool detach)
{
	FILE *stream = detach ? stdout : stderr;
	const struct vm *vm = start->vm;
	OWNED_MEMORY char *line = text_format("%s: pid %d", vm->name, (int)start->spawn.pid);

	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].kind == NIC_BRIDGE)
			text_append(&line, ", eth%zu %s on bridge %s", i, start->ports[i].interface,
				start->ports[i].bridge);
		else
			text_append(&line, ", eth%zu %s network", i, nic_network(&vm->nics[i]));
	for (size_t i = 0; i < vm->n_forwards; i++) {
		char text[FORWARD_TEXT_SIZE] = {0};

		forward_format(&vm->forwards[i], text);
		text_append(&line, "%s%s", i == 0 ? ", forward " : " ", text);
	}
	if (detach && serial_terminal(vm->serials, vm->n_serials, NULL) == SERIAL_TERMINAL_CONSOLE)
		text_append(&line, "; 'owrun console %s' is its console", vm->name);
	text_print(stream, "%s", line);
	fflush(stream);
}

static int attend(struct start *start, const struct options *options)
{
	return foreground_attend(&(struct foreground){
		.name = start->vm->name,
		.runtime = &start->runtime,
		.client = &start->client,
		.spawn = &start->spawn,
		.what = serial_terminal(start->vm->serials, start->vm->n_serials,
			start->vm->has_monitor ? &start->vm->monitor : NULL),
		.signals = start->signals,
		.escape = options->escape,
	});
}

/* QEMU must stay the process that was started: its pid is how a VM is ended. */
static int check_arguments(const struct options *options, char **reterr_text)
{
	for (size_t i = 0; i < options->n_rest; i++) {
		const char *word = options->rest[i];
		json_auto_t *text = json_string(word);

		if (strcmp(word, "-daemonize") == 0 || strcmp(word, "--daemonize") == 0)
			return text_fail(reterr_text, -EINVAL,
				"'%s' would take QEMU away from owrun; '-d' in front of '--' leaves the VM in the background",
				word);
		/* It would be lost on its way through JSON, as of settings. */
		if (text == NULL)
			return text_fail(reterr_text, -EINVAL,
				"'%s' behind '--' has bytes that are not UTF-8 text", word);
	}
	return 0;
}

/* Start what options->vm describes, a router that is new or another VM. Returns the exit status, or
 * -errno with a sentence. */
static int run_vm(
	struct options *options, const struct vmdir *vmdir, bool router, char **reterr_text)
{
	OWNED_START start = {0};
	int r = check_arguments(options, reterr_text);

	options->vm.boots = options_qemu_boots(options->rest, options->n_rest);
	start_init(&start, &options->vm, vmdir);
	start.facts.trust_backing = options->trust_backing;
	start.facts.arguments = options->rest;
	start.facts.n_arguments = options->n_rest;
	if (r == 0)
		r = start_prepare(&start, options->dry_run, reterr_text);
	if (r < 0)
		return r;
	explain_choices(&start);
	if (options->dry_run)
		return dry_run(&start);
	start.signals = signals_open();
	if (start.signals < 0)
		return text_fail(reterr_text, start.signals, "cannot watch signals: %s",
			strerror(-start.signals));
	r = start_vm(&start, &options->settings, reterr_text);
	if (r < 0)
		return r;
	announce(&start, options->detach);
	router_tell_neighbour(&start);
	if (router)
		router_tell(&start, options->detach);
	return options->detach ? 0 : attend(&start, options);
}

int run_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;
	enum run_made made = RUN_MADE_NOTHING;
	int r = options->operand == NULL ? 0 : run_image_settle(options, &made, &error);

	if (r == 0)
		r = description_load(options, &vmdir, &error);
	if (r == 0 && made == RUN_MADE_NOTHING)
		r = run_image_check_unmade(options, &error);
	if (r == 0)
		r = run_vm(options, &vmdir, made == RUN_MADE_ROUTER, &error);
	return text_exit_status(r, error);
}

/* The settings, arguments and directory of a VM that runs, or of one that has ended and is not
 * another than that of the directory that is meant. Returns 1 when there is none. */
static int load_state(struct options *options, struct vmdir *ret_vmdir, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	OWNED_MEMORY char *directory = NULL;
	struct runtime_places places = {0};
	json_t *state = NULL;
	bool known = false;

	runtime_places_init(&places);
	if (runtime_find_any(&places, options->operand, &runtime, &ignored) < 0 ||
		(options->vmdir.fd >= 0 && !runtime_alive(&runtime) &&
			!vm_lock_is_from(&runtime, &options->vmdir)))
		return 1;
	state = state_read(&runtime);
	known = json_is_array(json_object_get(state, "settings"));
	settings_from_json(json_object_get(state, "settings"), &options->settings);
	state_arguments(state, &options->arguments, &options->n_rest);
	options->rest = options->arguments;
	directory = state_text(state, "vmdir");
	json_decref(state);
	if (!known)
		return text_fail(reterr_text, -EAGAIN,
			"how VM '%s' was started is not known (yet): '%s/" RUNTIME_STATE
			"' does not tell; 'owrun stop %s' ends it",
			options->operand, runtime.directory, options->operand);
	return directory == NULL
		       ? 0
		       : vmdir_open(directory, options->trust_directory, ret_vmdir, reterr_text);
}

/* The VM as it was started: by its vm.conf, or by its command line, which the state has. */
static int load_again(struct options *options, struct vmdir *ret_vmdir, char **reterr_text)
{
	int r = load_state(options, ret_vmdir, reterr_text);

	if (r < 0)
		return r;
	if (r > 0 && options->vmdir.fd < 0)
		return text_fail(reterr_text, -ESRCH,
			"no VM '%s' is running; 'owrun ls' shows those that are", options->operand);
	if (r > 0) {
		*ret_vmdir = options->vmdir;
		options->vmdir = (struct vmdir)VMDIR_NONE;
		return description_load_directory(
			options, options->operand, ret_vmdir, reterr_text);
	}
	r = settings_apply(&options->settings, &options->vm, reterr_text);
	return r < 0 ? r : vm_set_name(&options->vm, options->operand, reterr_text);
}

/* What would keep the VM from starting again is told before it ends. */
static int check_again(const struct options *options, char **reterr_text)
{
	struct vm vm;
	int r = 0;

	vm_init(&vm);
	r = settings_apply(&options->settings, &vm, reterr_text);
	if (r == 0)
		r = vm_set_name(&vm, options->vm.name, reterr_text);
	vm.boots = options_qemu_boots(options->rest, options->n_rest);
	if (r == 0)
		r = vm_complete(&vm, (uint32_t)geteuid(), reterr_text);
	if (r == 0)
		r = host_check_files(&vm, reterr_text);
	if (r == 0)
		r = image_check_disks(&vm, reterr_text);
	vm_free(&vm);
	return r;
}

int restart_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;
	int r = load_again(options, &vmdir, &error);

	if (r == 0)
		r = check_again(options, &error);
	if (r == 0 && stop_is_running(options->operand) &&
		stop_vm(options->operand, options->timeout) != 0)
		return 1;
	if (r == 0)
		r = run_vm(options, &vmdir, false, &error);
	return text_exit_status(r, error);
}
