/* SPDX-License-Identifier: MIT
 * What `ls` and `status` tell of every VM. */
#include "launcher/command/vm-row.h"

#include <stdlib.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/download/progress.h"
#include "launcher/home/vm-find.h"
#include "launcher/qemu/run-state.h"
#include "launcher/runtime/connect.h"
#include "launcher/runtime/file.h"
#include "launcher/runtime/state.h"

static void set_text(json_t *row, const char *key, const char *text)
{
	json_object_set_new(row, key, text == NULL ? json_null() : report_text(text));
}

static void set_number(json_t *row, const char *key, bool known, uint64_t number)
{
	json_object_set_new(row, key, known ? json_integer((json_int_t)number) : json_null());
}

/* What the VM's process has taken, where the kernel tells that it is the VM's. */
static void add_usage(json_t *row, const struct runtime *runtime)
{
	OWNED_FD pidfd = runtime == NULL ? -1 : runtime_process_open(runtime);
	struct process_usage usage = {0};
	bool known =
		pidfd >= 0 && process_usage(runtime->holder.pid, runtime->holder.start, &usage);

	set_number(row, "uptime", known, usage.age);
	set_number(row, "cpu_time", known, usage.cpu);
	set_number(row, "memory", known, usage.memory);
}

static void add_living(json_t *row, const char *name, const struct runtime *runtime, int timeout_ms)
{
	/* Before that file is there QEMU is being started. */
	bool asked = runtime_file_is_there(runtime->directory_fd, RUNTIME_STATE);
	OWNED_MEMORY char *reason = NULL;
	const char *state =
		asked ? run_state_ask(name, runtime, timeout_ms, &reason) : RUN_STATE_RUNNING;

	set_text(row, "state", state);
	set_text(row, "reason", reason);
	json_object_set_new(row, "pid", json_integer(runtime->holder.pid));
}

static void add_dead(json_t *row, const char *name, bool kept)
{
	OWNED_MEMORY char *reason =
		state_before_boot(row)
			? text_format("it ended with the last boot of this host")
			: text_format("it ended by itself; 'owrun log %s' shows what it said last",
				  name);

	set_text(row, "state", kept ? VM_STOPPED : VM_ENDED);
	set_text(row, "reason", reason);
	json_object_set_new(row, "pid", json_null());
}

static void keep_only(json_t *row, const char *const *keys)
{
	json_t *kept = json_object();

	for (size_t i = 0; keys[i] != NULL; i++)
		json_object_set(kept, keys[i], json_object_get(row, keys[i]));
	json_object_clear(row);
	json_object_update(row, kept);
	json_decref(kept);
}

json_t *vm_row_of_runtime(const char *name, const struct runtime *runtime, bool alive,
	const struct vmdir *vmdir, int timeout_ms)
{
	json_t *row = state_read(runtime);
	bool kept = !alive && vm_find_is_kept(name, vmdir, runtime);

	if (alive)
		add_living(row, name, runtime, timeout_ms);
	else
		add_dead(row, name, kept);
	/* What that start was is no more, and its vm.conf tells what the next will be. */
	if (kept)
		keep_only(row, (const char *const[]){"state", "reason", "pid", "vmdir", NULL});
	/* They are owrun's own. */
	json_object_del(row, "boot");
	json_object_del(row, "vmdir_id");
	set_text(row, "name", name);
	set_text(row, "problem", NULL);
	set_text(row, "directory", runtime->directory);
	add_usage(row, alive ? runtime : NULL);
	return row;
}

json_t *vm_row_of_kept(const char *name, const char *directory)
{
	json_t *row = json_object();

	if (row == NULL)
		abort();
	set_text(row, "name", name);
	set_text(row, "state", VM_STOPPED);
	set_text(row, "reason", NULL);
	json_object_set_new(row, "pid", json_null());
	set_text(row, "directory", NULL);
	set_text(row, "vmdir", directory);
	add_usage(row, NULL);
	return row;
}

/* "45s", "12m", "2h05m", "3d04h"; the caller frees it. */
static char *duration(json_int_t seconds)
{
	json_int_t minutes = seconds / 60, hours = minutes / 60;

	if (seconds < 60)
		return text_format("%llds", (long long)seconds);
	if (hours == 0)
		return text_format("%lldm", (long long)minutes);
	if (hours < 24)
		return text_format("%lldh%02lldm", (long long)hours, (long long)minutes % 60);
	return text_format("%lldd%02lldh", (long long)hours / 24, (long long)hours % 24);
}

static void humanize(json_t *row, const char *key, char *(*text_of)(json_int_t number))
{
	const json_t *value = json_object_get(row, key);
	OWNED_MEMORY char *text =
		json_is_integer(value) ? text_of(json_integer_value(value)) : NULL;

	set_text(row, key, text);
}

static char *bytes(json_int_t number)
{
	return progress_bytes((uint64_t)number);
}

void vm_row_humanize(json_t *row)
{
	humanize(row, "uptime", duration);
	humanize(row, "cpu_time", duration);
	humanize(row, "memory", bytes);
}
