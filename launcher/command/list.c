/* SPDX-License-Identifier: MIT
 * `owrun ls`: the VMs of this user, those that run, have ended, or were created. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/kept-row.h"
#include "launcher/command/nic-rows.h"
#include "launcher/command/vm-row.h"
#include "launcher/home/vm-find.h"
#include "launcher/home/vmdir.h"
#include "launcher/options/resolve.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

#define QMP_TIMEOUT 500	  /* ms for a QEMU */
#define QMPS_TIMEOUT 2000 /* ms for all of them */

static const struct report_column columns[] = {
	{"name", "NAME"},
	{"state", "STATE"},
	{"pid", "PID"},
	{"uptime", "UPTIME"},
	{"memory", "MEMORY"},
	{"cpu_time", "CPU-TIME"},
	{"lan", "LAN"},
	{"forwards", "FORWARDS"},
	{0},
};

struct list {
	json_t *rows;
	int64_t deadline; /* for all QEMUs to answer */
};

/* What is in a directory of the user's; what cannot be read is not told here. */
static void add_settings(json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "name"));
	OWNED_MEMORY char *path = state_text(row, "vmdir");
	OWNED_MEMORY char *ignored = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;

	if (path != NULL && vmdir_open(path, false, &vmdir, &ignored) == 0)
		kept_row_add(row, name, &vmdir);
}

static void add_started(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	struct list *list = context;
	int left = deadline_left(list->deadline);

	json_array_append_new(list->rows, vm_row_of_runtime(name, runtime, alive, NULL,
						  left < QMP_TIMEOUT ? left : QMP_TIMEOUT));
}

static void add_created(const char *name, const char *directory, void *context)
{
	struct list *list = context;

	for (size_t i = 0; i < json_array_size(list->rows); i++) {
		const char *other =
			json_string_value(json_object_get(json_array_get(list->rows, i), "name"));

		if (other != NULL && strcmp(other, name) == 0)
			return;
	}
	json_array_append_new(list->rows, vm_row_of_kept(name, directory));
}

static void print_names(const json_t *rows, bool json)
{
	json_auto_t *names = json_array();

	for (size_t i = 0; i < json_array_size(rows); i++)
		json_array_append(names, json_object_get(json_array_get(rows, i), "name"));
	for (size_t i = 0; i < json_array_size(names) && !json; i++)
		text_print(stdout, "%s", json_string_value(json_array_get(names, i)));
	if (json)
		report_json(names, stdout);
}

static void print(const json_t *rows, bool json)
{
	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);

		if (strcmp(json_string_value(json_object_get(row, "state")), VM_STOPPED) == 0)
			add_settings(row);
		(void)!nic_rows_add(NULL, NULL, row, 0, NULL);
		if (!json)
			vm_row_humanize(row);
	}
	report_print(rows, columns, json, stdout);
}

int list_run(struct options *options)
{
	struct runtime_places places = {0};
	json_auto_t *rows = json_array();
	struct list list = {.rows = rows, .deadline = deadline_in(QMPS_TIMEOUT)};

	if (rows == NULL)
		abort();
	runtime_places_init(&places);
	runtime_each(&places, add_started, &list);
	resolve_each(add_created, &list);
	if (json_array_size(rows) == 0 && !options->quiet)
		text_say("there is no VM; 'owrun run IMAGE' starts one");
	if (options->quiet)
		print_names(rows, options->json);
	else
		print(rows, options->json);
	return 0;
}
