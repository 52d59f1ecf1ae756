/* SPDX-License-Identifier: MIT
 * `owrun status`: all about one VM. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/autostart/autostart.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/kept-row.h"
#include "launcher/command/nic-rows.h"
#include "launcher/command/vm-row.h"
#include "launcher/command/ways.h"
#include "launcher/console/boot.h"
#include "launcher/console/console.h"
#include "launcher/console/missing.h"
#include "launcher/disk/overlay.h"
#include "launcher/download/progress.h"
#include "launcher/home/vm-find.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

#define QMP_TIMEOUT 2000 /* ms */
#define NICS_TIMEOUT 500 /* ms, once it has answered */

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void add_file(
	json_t *status, const char *key, const struct runtime *runtime, const char *file)
{
	OWNED_MEMORY char *path = runtime_file(runtime, file);

	json_object_set_new(status, key, report_text(path));
}

/* Each console with its serial port. */
static void add_consoles(json_t *status, const char *name, const struct runtime *runtime)
{
	json_t *consoles = json_array();

	for (uint32_t i = 1; i <= SERIAL_PORTS_MAX; i++) {
		OWNED_MEMORY char *ignored = NULL;
		const struct serial_console *files = console_find(runtime, name, i, &ignored);
		json_t *console = NULL;

		if (files == NULL)
			continue;
		console = json_pack("{s:i}", "serial", (int)i);
		add_file(console, "socket", runtime, files->socket);
		add_file(console, "log", runtime, files->log);
		json_array_append_new(consoles, console);
	}
	json_object_set_new(status, "consoles", consoles);
}

/* With what is looked at while it runs. */
static void add_running(json_t *status, const char *name, const struct runtime *runtime)
{
	OWNED_MEMORY char *missing = console_missing(runtime, name);
	OWNED_MEMORY char *boot = boot_missing(runtime, status);
	OWNED_MEMORY char *ignored = NULL;

	state_judge_passts(status);
	/* That QEMU does not answer was told. */
	(void)!nic_rows_add(name, runtime, status, NICS_TIMEOUT, &ignored);
	ways_add(status, name, runtime);
	json_object_set_new(status, "boot", boot == NULL ? json_null() : json_string(boot));
	add_file(status, "pidfile", runtime, RUNTIME_PID);
	add_file(status, "qmp", runtime, RUNTIME_QMP);
	if (missing == NULL) {
		add_file(status, "console", runtime, RUNTIME_CONSOLE);
		add_file(status, "console_log", runtime, RUNTIME_CONSOLE_LOG);
	}
	add_consoles(status, name, runtime);
	add_file(status, "monitor_socket", runtime, RUNTIME_MONITOR);
}

/* Lines "key: value" in an order that people read. */
static void print_texts(const json_t *array, const char *title)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));

		text_print(stdout, "%-10s %s", i == 0 ? title : "", text == NULL ? "?" : text);
	}
}

static void print_nic(const json_t *nic)
{
	const char *network = text_of(nic, "network"), *model = text_of(nic, "model");
	const char *interface = text_of(nic, "interface"), *mac = text_of(nic, "mac");
	bool user =
		network != NULL && (strcmp(network, "user") == 0 || strcmp(network, "passt") == 0);

	text_print(stdout, "%-10s %s%s%s, %s, %s%s", text_of(nic, "id"),
		network == NULL ? "a bridge" : network,
		user		    ? " network"
		: interface == NULL ? ""
				    : ", port ",
		interface == NULL ? "" : interface, mac == NULL ? "?" : mac,
		model == NULL ? "?" : model,
		json_is_true(json_object_get(nic, "ended"))
			? "; its passt has ended, 'owrun restart' brings it back"
			: "");
}

/* What its vm.conf or its command line asked for. */
static void print_guest(const json_t *status)
{
	const json_t *memory = json_object_get(status, "guest_memory");
	json_int_t cpus = json_integer_value(json_object_get(status, "cpus"));
	OWNED_MEMORY char *words = progress_bytes((uint64_t)json_integer_value(memory));

	if (json_is_integer(memory))
		text_print(stdout, "%-10s %s, %lld processor%s", "guest", words, (long long)cpus,
			cpus == 1 ? "" : "s");
}

static void print_shares(const json_t *shares)
{
	for (size_t i = 0; i < json_array_size(shares); i++) {
		const json_t *share = json_array_get(shares, i);
		const char *path = text_of(share, "path"), *mount = text_of(share, "mount");

		if (path != NULL && mount != NULL)
			text_print(stdout, "%-10s %s; in the guest: %s", "share", path, mount);
	}
}

static void print_text(const json_t *status, const char *key, const char *title)
{
	const char *text = text_of(status, key);

	if (text != NULL)
		text_print(stdout, "%-10s %s", title, text);
}

static void print_state(const json_t *status)
{
	const char *state = text_of(status, "state"), *reason = text_of(status, "reason");

	text_print(stdout, "%-10s %s%s%s", "state", state, reason == NULL ? "" : ": ",
		reason == NULL ? "" : reason);
}

/* Those after the first. */
static void print_consoles(const json_t *consoles)
{
	for (size_t i = 1; i < json_array_size(consoles); i++) {
		const json_t *console = json_array_get(consoles, i);
		json_int_t port = json_integer_value(json_object_get(console, "serial"));
		const char *socket = text_of(console, "socket"), *log = text_of(console, "log");

		text_print(stdout, "console %lld  %s", (long long)port, socket);
		text_print(stdout, "log %lld      %s", (long long)port, log);
	}
}

static void print_status(json_t *status)
{
	const json_t *disks = json_object_get(status, "disks");
	const json_t *nics = json_object_get(status, "nics");

	vm_row_humanize(status);
	print_text(status, "name", "name");
	print_state(status);
	if (json_is_integer(json_object_get(status, "pid")))
		text_print(stdout, "%-10s %d", "pid",
			(int)json_integer_value(json_object_get(status, "pid")));
	print_text(status, "uptime", "uptime");
	print_text(status, "memory", "memory");
	print_text(status, "cpu_time", "cpu time");
	print_text(status, "boot", "boot");
	print_text(status, "vmdir", "vm.conf in");
	print_text(status, "autostart", "autostart");
	print_text(status, "problem", "problem");
	print_guest(status);
	print_text(status, "accel", "accel");
	for (size_t i = 0; i < json_array_size(nics); i++)
		print_nic(json_array_get(nics, i));
	print_texts(json_object_get(status, "forwards"), "forward");
	ways_print(status);
	for (size_t i = 0; i < json_array_size(disks); i++)
		print_text(json_array_get(disks, i), "path", "disk");
	print_shares(json_object_get(status, "shares"));
	print_texts(json_object_get(status, "serials"), "serial");
	print_text(status, "console", "console");
	print_text(status, "console_log", "log");
	print_consoles(json_object_get(status, "consoles"));
	print_text(status, "monitor", "monitor");
	print_text(status, "monitor_socket", "monitor");
	print_text(status, "pidfile", "pidfile");
	for (size_t i = 0; i < json_array_size(json_object_get(status, "snapshots")); i++)
		print_text(json_array_get(json_object_get(status, "snapshots"), i), "label",
			"snapshot");
}

static void add_snapshots(json_t *status, const struct vmdir *vmdir)
{
	OWNED_MEMORY char *error = NULL;
	json_t *snapshots = NULL;

	if (overlay_list(vmdir, &snapshots, &error) < 0)
		text_say("%s", error);
	else
		json_object_set_new(status, "snapshots", snapshots);
}

static void add_kept(json_t *status, const char *name, const struct vmdir *vmdir)
{
	add_snapshots(status, vmdir);
	if (strcmp(text_of(status, "state"), VM_STOPPED) == 0)
		kept_row_add(status, name, vmdir);
}

/* It has a directory that its name does not tell. */
static void add_kept_elsewhere(json_t *status, const char *name, bool trust)
{
	OWNED_MEMORY char *path = state_text(status, "vmdir");
	OWNED_MEMORY char *error = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;

	if (path == NULL)
		return;
	if (vmdir_open(path, trust, &vmdir, &error) < 0)
		text_say("%s", error);
	else
		add_kept(status, name, &vmdir);
}

/* Of a VM that runs, has ended, or is only there. NULL: there is none. */
static json_t *find_status(const struct options *options)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	struct runtime_places places = {0};
	const char *name = options->operand;
	json_t *status = NULL;
	bool alive = false;

	runtime_places_init(&places);
	if (runtime_find_any(&places, name, &runtime, &error) == 0) {
		alive = runtime_alive(&runtime);
		status = vm_row_of_runtime(name, &runtime, alive, &options->vmdir, QMP_TIMEOUT);
	} else if (options->vmdir.fd >= 0) {
		status = vm_row_of_kept(name, options->vmdir.path);
	}
	if (status == NULL)
		return NULL;
	if (options->vmdir.fd >= 0)
		add_kept(status, name, &options->vmdir);
	else
		add_kept_elsewhere(status, name, options->trust_directory);
	json_object_set_new(status, "autostart",
		autostart_is_enabled(name) ? json_string("by systemd, at login or boot")
					   : json_null());
	if (alive)
		add_running(status, name, &runtime);
	else
		(void)!nic_rows_add(name, NULL, status, 0, &error);
	return status;
}

int status_run(struct options *options)
{
	json_t *status = find_status(options);

	if (status == NULL) {
		text_say("there is no VM '%s'; 'owrun ls' lists them", options->operand);
		return 1;
	}
	if (options->json)
		report_json(status, stdout);
	else
		print_status(status);
	json_decref(status);
	return 0;
}
