/* SPDX-License-Identifier: MIT
 * `owrun snapshot` and `owrun restore`: the states of a VM's disks. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/change/conf-file.h"
#include "launcher/change/snapshot-drop.h"
#include "launcher/command/commands.h"
#include "launcher/disk/overlay.h"
#include "launcher/disk/use.h"
#include "launcher/download/progress.h"
#include "launcher/home/vm-lock.h"
#include "launcher/home/vmdir.h"
#include "launcher/options/description.h"
#include "launcher/runtime/runtime.h"

/* Load the VM, and lock it so that it does not start meanwhile. */
static int lock(struct options *options, struct vmdir *ret_vmdir, struct vm_lock *ret_hold,
	char **reterr_text)
{
	OWNED_MEMORY char *word = shell_word(options->operand);
	struct runtime_places places = {0};
	int r = 0;

	runtime_places_init(&places);
	if (!vmdir_created(options->operand) && strchr(options->operand, '/') == NULL)
		return text_fail(reterr_text, -ENOENT,
			"there is no VM '%s' that is kept; 'owrun ls' lists them",
			options->operand);
	r = description_load(options, ret_vmdir, reterr_text);
	if (r == 0 && ret_vmdir->fd < 0)
		return text_fail(reterr_text, -EINVAL,
			"'%s' is an image, and snapshots are of a VM that is kept: 'owrun create NAME %s' makes one of it",
			options->operand, word);
	if (r == 0)
		r = vm_complete(&options->vm, places.uid, reterr_text);
	if (r == 0)
		r = vm_lock_take(options->vm.name, ret_vmdir, ret_hold, reterr_text);
	return r < 0 ? r : disk_use_check(&options->vm, &places, reterr_text);
}

static const char *default_label(char text[32])
{
	time_t now = time(NULL);
	struct tm fields = {0};

	localtime_r(&now, &fields);
	strftime(text, 32, "%Y%m%d-%H%M%S", &fields);
	return text;
}

/* What a row says, in words. */
static void add_words(json_t *row)
{
	time_t taken = (time_t)json_integer_value(json_object_get(row, "time"));
	uint64_t bytes = (uint64_t)json_integer_value(json_object_get(row, "bytes"));
	bool removing = json_is_true(json_object_get(row, "removing"));
	OWNED_MEMORY char *size = progress_bytes(bytes);
	char date[32] = "";
	struct tm fields = {0};

	localtime_r(&taken, &fields);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &fields);
	json_object_set_new(row, "date", json_string(date));
	json_object_set_new(row, "size", json_string(removing ? "being removed" : size));
}

static int show(const struct options *options, char **reterr_text)
{
	static const struct report_column columns[] = {
		{"label", "LABEL"}, {"date", "TAKEN"}, {"size", "WRITTEN SINCE"}, {0}};
	OWNED_VMDIR vmdir = VMDIR_NONE;
	json_auto_t *rows = NULL;
	int r = conf_file_open(options->operand, options->trust_directory, &vmdir, reterr_text);

	if (r == 0)
		r = overlay_list(&vmdir, &rows, reterr_text);
	if (r < 0)
		return r;
	for (size_t i = 0; !options->json && i < json_array_size(rows); i++)
		add_words(json_array_get(rows, i));
	if (json_array_size(rows) == 0)
		text_say("VM '%s' has no snapshot", options->operand);
	report_print(rows, columns, options->json, stdout);
	return 0;
}

static int drop(struct options *options, char **reterr_text)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_VM_LOCK locked = VM_LOCK_NONE;
	OWNED_FD signals = signals_open();
	const char *label = options->rest[0];
	int r = lock(options, &vmdir, &locked, reterr_text);

	if (r == 0)
		r = snapshot_drop(&options->vm, &vmdir, label, signals, reterr_text);
	if (r == 0)
		text_print(stdout, "%s: snapshot '%s' is removed; what was written since stays",
			options->vm.name, label);
	return r;
}

static int take(struct options *options, char **reterr_text)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_VM_LOCK locked = VM_LOCK_NONE;
	char made[32];
	const char *label = options->n_rest > 0 ? options->rest[0] : default_label(made);
	int r = 0;

	if (!vm_name_valid(label))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not a label: letters, digits, '.', '_' or '-', a letter or digit first",
			label);
	r = lock(options, &vmdir, &locked, reterr_text);
	if (r < 0)
		return r;
	r = overlay_take(&options->vm, &vmdir, label, reterr_text);
	if (r == 0)
		text_print(stdout, "%s: snapshot '%s'; 'owrun restore %s %s' comes back to it",
			options->vm.name, label, options->operand, label);
	return r;
}

/* Of the last snapshot; empty when there is none. The caller frees it. */
static int last_label(const struct vmdir *vmdir, char **ret_label, char **reterr_text)
{
	json_auto_t *array = NULL;
	int r = overlay_list(vmdir, &array, reterr_text);
	const json_t *last = json_array_get(array, json_array_size(array) - 1);
	const char *label = json_string_value(json_object_get(last, "label"));

	if (r == 0)
		*ret_label = text_format("%s", label == NULL ? "" : label);
	return r;
}

static int restore(struct options *options, char **reterr_text)
{
	OWNED_MEMORY char *line = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_VM_LOCK locked = VM_LOCK_NONE;
	OWNED_MEMORY char *label = NULL;
	size_t later = 0;
	int r = lock(options, &vmdir, &locked, reterr_text);

	if (r < 0)
		return r;
	if (options->n_rest > 0)
		label = text_format("%s", options->rest[0]);
	else
		r = last_label(&vmdir, &label, reterr_text);
	if (r == 0)
		r = overlay_restore(&options->vm, &vmdir, label, &later, reterr_text);
	if (r < 0)
		return r;
	line = text_format("%s: as at snapshot '%s'", options->vm.name, label);
	if (later > 0)
		text_append(
			&line, "; %zu later snapshot%s gone", later, later == 1 ? " is" : "s are");
	text_print(stdout, "%s", line);
	return 0;
}

/* The operand is a verb where it is one; a VM of that name is meant by a path. */
static int act(struct options *options, char **reterr_text)
{
	bool lists = strcmp(options->operand, "ls") == 0;
	bool removes = strcmp(options->operand, "rm") == 0;

	if (!lists && !removes)
		return take(options, reterr_text);
	options->operand = options->rest[0];
	options->rest++;
	options->n_rest--;
	return lists ? show(options, reterr_text) : drop(options, reterr_text);
}

int snapshot_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = act(options, &error);

	return text_exit_status(r, error);
}

int restore_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = restore(options, &error);

	return text_exit_status(r, error);
}
