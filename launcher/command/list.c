/* SPDX-License-Identifier: MIT
 * `owrun ls`: the VMs of this user, those that run, have ended, or were created. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/home/vmdir.h"
#include "launcher/options/resolve.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

static const struct report_column columns[] = {
	{"name", "NAME"},
	{"state", "STATE"},
	{"pid", "PID"},
	{"lan", "LAN"},
	{"forwards", "FORWARDS"},
	{0},
};

static void add_started(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	json_t *rows = context;
	json_t *row = state_read(runtime);

	json_object_set_new(row, "name", json_string(name));
	json_object_set_new(row, "state", json_string(alive ? "running" : "ended"));
	json_object_set_new(row, "pid", alive ? json_integer(runtime->holder.pid) : json_null());
	json_object_set_new(row, "directory", report_text(runtime->directory));
	json_array_append_new(rows, row);
}

static void add_created(const char *name, const char *directory, void *context)
{
	json_t *rows = context;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *other =
			json_string_value(json_object_get(json_array_get(rows, i), "name"));

		if (other != NULL && strcmp(other, name) == 0)
			return;
	}
	json_array_append_new(rows, json_pack("{s:s, s:s, s:n, s:o}", "name", name, "state",
					    "stopped", "pid", "vmdir", report_text(directory)));
}

int list_run(struct options *options)
{
	struct runtime_places places = {0};
	json_t *rows = json_array();

	if (rows == NULL)
		abort();
	runtime_places_init(&places);
	runtime_each(&places, add_started, rows);
	resolve_each(add_created, rows);
	if (json_array_size(rows) == 0)
		text_say("there is no VM; 'owrun run IMAGE' starts one");
	report_print(rows, columns, options->json, stdout);
	json_decref(rows);
	return 0;
}
