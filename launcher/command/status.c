/* SPDX-License-Identifier: MIT
 * `owrun status`: all about one VM. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/ways.h"
#include "launcher/console/boot.h"
#include "launcher/console/console.h"
#include "launcher/console/missing.h"
#include "launcher/disk/overlay.h"
#include "launcher/qemu/qmp.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

#define QMP_TIMEOUT 2000 /* ms */

/* "running", "paused", ... as QEMU says, or what is known without it. */
static char *run_state(const struct runtime *runtime, const json_t *state)
{
	json_t *answer = NULL;
	char *text = NULL;

	if (!runtime_alive(runtime))
		return text_format("%s", state_before_boot(state)
						 ? "ended with the last boot of this host"
						 : "ended");
	if (qmp_ask(runtime, "query-status", QMP_TIMEOUT, &answer) == 0)
		text = state_text(answer, "status");
	json_decref(answer);
	return text == NULL ? text_format("does not answer") : text;
}

static void add_file(
	json_t *status, const char *key, const struct runtime *runtime, const char *file)
{
	OWNED_MEMORY char *path = runtime_file(runtime, file);

	json_object_set_new(status, key, report_text(path));
}

static json_t *running_status(const char *name, const struct runtime *runtime)
{
	json_t *status = state_read(runtime);
	OWNED_MEMORY char *state = run_state(runtime, status);
	OWNED_MEMORY char *missing = console_missing(runtime, name);
	OWNED_MEMORY char *boot = NULL;
	bool alive = runtime_alive(runtime);

	/* From here on it is what a person wants to know of the boot. */
	json_object_del(status, "boot");
	json_object_set_new(status, "name", json_string(name));
	json_object_set_new(status, "state", json_string(state));
	json_object_set_new(status, "pid", alive ? json_integer(runtime->holder.pid) : json_null());
	json_object_set_new(status, "directory", report_text(runtime->directory));
	ways_add(status, name, alive ? runtime : NULL);
	if (!alive)
		return status;
	boot = boot_missing(runtime, status);
	if (boot != NULL)
		json_object_set_new(status, "boot", json_string(boot));
	state_judge_passts(status);
	add_file(status, "pidfile", runtime, RUNTIME_PID);
	add_file(status, "qmp", runtime, RUNTIME_QMP);
	if (missing == NULL) {
		add_file(status, "console", runtime, RUNTIME_CONSOLE);
		add_file(status, "console_log", runtime, RUNTIME_CONSOLE_LOG);
	}
	add_file(status, "monitor_socket", runtime, RUNTIME_MONITOR);
	return status;
}

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Lines "key: value" in an order that people read. */
static void print_texts(const json_t *array, const char *title)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *text = json_string_value(json_array_get(array, i));

		text_print(stdout, "%-10s %s", i == 0 ? title : "", text == NULL ? "?" : text);
	}
}

static void print_nics(const json_t *nics)
{
	for (size_t i = 0; i < json_array_size(nics); i++) {
		const json_t *nic = json_array_get(nics, i);
		const char *network = text_of(nic, "network"), *model = text_of(nic, "model");
		const char *interface = text_of(nic, "interface"), *mac = text_of(nic, "mac");

		if (network == NULL || mac == NULL || model == NULL)
			continue;
		text_print(stdout, "eth%-7zu %s%s%s, %s, %s%s", i, network,
			interface == NULL ? " network" : ", port ",
			interface == NULL ? "" : interface, mac, model,
			json_is_true(json_object_get(nic, "ended"))
				? "; its passt has ended, 'owrun restart' brings it back"
				: "");
	}
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

static void print_status(const json_t *status)
{
	const json_t *disks = json_object_get(status, "disks");

	print_text(status, "name", "name");
	print_text(status, "state", "state");
	if (json_is_integer(json_object_get(status, "pid")))
		text_print(stdout, "%-10s %d", "pid",
			(int)json_integer_value(json_object_get(status, "pid")));
	print_text(status, "boot", "boot");
	print_text(status, "vmdir", "vm.conf in");
	print_text(status, "accel", "accel");
	print_nics(json_object_get(status, "nics"));
	print_texts(json_object_get(status, "forwards"), "forward");
	ways_print(status);
	for (size_t i = 0; i < json_array_size(disks); i++)
		print_text(json_array_get(disks, i), "path", "disk");
	print_shares(json_object_get(status, "shares"));
	print_texts(json_object_get(status, "serials"), "serial");
	print_text(status, "console", "console");
	print_text(status, "console_log", "log");
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

/* It runs, and has a directory that its name does not tell. */
static void add_snapshots_of_state(json_t *status, bool trust)
{
	OWNED_MEMORY char *path = state_text(status, "vmdir");
	OWNED_MEMORY char *error = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;

	if (path == NULL)
		return;
	if (vmdir_open(path, trust, &vmdir, &error) < 0)
		text_say("%s", error);
	else
		add_snapshots(status, &vmdir);
}

/* Of a VM that runs, has ended, or is only there. NULL: there is none. */
static json_t *find_status(const struct options *options)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	struct runtime_places places = {0};
	json_t *status = NULL;

	runtime_places_init(&places);
	if (runtime_find_any(&places, options->operand, &runtime, &error) == 0)
		status = running_status(options->operand, &runtime);
	else if (options->vmdir.fd >= 0)
		status = json_pack("{s:s, s:s, s:n, s:o}", "name", options->operand, "state",
			"stopped", "pid", "vmdir", report_text(options->vmdir.path));
	if (status == NULL)
		return NULL;
	if (options->vmdir.fd >= 0)
		add_snapshots(status, &options->vmdir);
	else
		add_snapshots_of_state(status, options->trust_directory);
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
