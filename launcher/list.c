/* SPDX-License-Identifier: MIT
 * `owrun ls`: the VMs of this user. */
#include <jansson.h>
#include <stdlib.h>

#include "launcher/commands.h"
#include "launcher/report.h"
#include "launcher/runtime.h"
#include "launcher/state.h"
#include "launcher/text.h"

static const struct report_column columns[] = {
	{"name", "NAME"},
	{"state", "STATE"},
	{"pid", "PID"},
	{"lan", "LAN"},
	{"forwards", "FORWARDS"},
	{0},
};

static void visit(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	json_t *rows = context;
	json_t *row = state_read(runtime);

	json_object_set_new(row, "name", json_string(name));
	json_object_set_new(row, "state", json_string(alive ? "running" : "ended"));
	json_object_set_new(row, "pid", alive ? json_integer(runtime->pid) : json_null());
	json_object_set_new(row, "directory", json_string(runtime->directory));
	json_array_append_new(rows, row);
}

int list_run(struct options *options)
{
	struct runtime_places places = {0};
	json_t *rows = json_array();

	if (rows == NULL)
		abort();
	runtime_places_init(&places);
	runtime_each(&places, visit, rows);
	if (json_array_size(rows) == 0)
		text_say("no VM is running; 'owrun run' starts one");
	report_print(rows, columns, options->json, stdout);
	json_decref(rows);
	return 0;
}
