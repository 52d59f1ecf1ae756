/* SPDX-License-Identifier: MIT
 * A copy of a kept VM: its vm.conf, the disks that it writes to, its snapshots. */
#include "launcher/change/clone.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"
#include "launcher/change/assign.h"
#include "launcher/change/clone-conf.h"
#include "launcher/change/clone-private.h"
#include "launcher/change/conf-file.h"
#include "launcher/disk/snapshots.h"
#include "launcher/disk/use.h"
#include "launcher/netd-client/memory.h"

static void growth_free(struct growth *growth)
{
	cleanup_close(&growth->lock);
	vmdir_close(&growth->target);
	vm_lock_release(&growth->held);
	json_decref(growth->snapshots);
	conf_file_free(&growth->source);
}

/* Read the source, and keep it from starting. */
static int hold_source(struct growth *growth, char **reterr_text)
{
	const struct clone *clone = growth->clone;
	struct runtime_places places = {0};
	int r = conf_file_take(clone->source, clone->trust, &growth->source, reterr_text);

	runtime_places_init(&places);
	if (r == 0)
		r = vm_lock_take(
			growth->source.vm.name, &growth->source.vmdir, &growth->held, reterr_text);
	if (r == 0)
		r = disk_use_check(&growth->source.vm, &places, reterr_text);
	return r < 0 ? r : snapshots_read(&growth->source.vmdir, &growth->snapshots, reterr_text);
}

/* Make the directory in which the copy grows, or empty the one that another has left. */
static int make_target(struct growth *growth, char **reterr_text)
{
	const char *name = growth->clone->name;
	OWNED_VMDIR home = VMDIR_NONE;
	OWNED_MEMORY char *path = NULL;
	int r = vm_name_check(name, reterr_text);

	if (r == 0)
		r = vmdir_home_make(&home, reterr_text);
	if (r < 0)
		return r;
	if (vmdir_has(&home, name))
		return conf_file_say_taken(name, reterr_text);
	path = text_format("%s/.%s.new", home.path, name);
	r = vmdir_make(path, false, NULL, &growth->target, reterr_text);
	if (r < 0)
		return r;
	growth->lock = vmdir_try_lock(&growth->target, true);
	if (growth->lock == -EWOULDBLOCK)
		return text_fail(reterr_text, -EBUSY, "another owrun is just making VM '%s'", name);
	r = vmdir_empty(&growth->target);
	return r < 0 ? text_fail(reterr_text, r, "cannot empty '%s': %s", path, strerror(-r)) : 0;
}

static int write_conf(const struct growth *growth, const char *text, char **reterr_text)
{
	OWNED_FD fd = vmdir_make_file(&growth->target, VMDIR_CONF);
	int r = fd < 0 ? fd : bytes_write(fd, text, strlen(text));

	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r < 0 ? text_fail(reterr_text, r, "cannot write '%s/" VMDIR_CONF "': %s",
			       growth->target.path, strerror(-r))
		     : 0;
}

static int make_conf(const struct growth *growth, char **reterr_text)
{
	OWNED_MEMORY char *final = vmdir_of_name(growth->clone->name);
	OWNED_MEMORY char *text = NULL;
	OWNED_LINES lines = {0};
	int r = 0;

	lines_read(growth->source.text, &lines);
	clone_conf_change(&lines, &growth->source.settings, &growth->source.vm,
		growth->source.vmdir.path, final);
	r = assign_settings(&lines, final, growth->clone->settings, reterr_text);
	text = lines_join(&lines);
	if (r == 0)
		r = conf_file_judge(&growth->target, growth->source.path, text, reterr_text);
	return r < 0 ? r : write_conf(growth, text, reterr_text);
}

static int finish(struct growth *growth, char **reterr_text)
{
	int r = 0;

	(void)!vmdir_unlink(&growth->target, VMDIR_LOCK);
	r = vmdir_rename(&growth->target, growth->clone->name);
	if (r == -EEXIST)
		return conf_file_say_taken(growth->clone->name, reterr_text);
	if (r < 0)
		return text_fail(reterr_text, r, "cannot rename '%s': %s", growth->target.path,
			strerror(-r));
	clone_note_disks(growth);
	return 0;
}

static char *fixed_forwards(const struct vm *vm)
{
	char *text = NULL;

	for (size_t i = 0; i < vm->n_forwards; i++) {
		char forward[FORWARD_TEXT_SIZE] = "";

		if (vm->forwards[i].host == 0)
			continue;
		forward_format(&vm->forwards[i], forward);
		if (text == NULL)
			text = text_format("%s", forward);
		else
			text_append(&text, " %s", forward);
	}
	return text;
}

static void undo(struct growth *growth)
{
	(void)!vmdir_empty(&growth->target);
	vmdir_end_lock(&growth->target, &growth->lock);
	(void)!vmdir_remove(&growth->target);
}

int clone_make(const struct clone *clone, char **ret_forwards, char **reterr_text)
{
	struct growth growth = {.clone = clone,
		.source = CONF_FILE_NONE,
		.target = VMDIR_NONE,
		.held = VM_LOCK_NONE,
		.lock = -1};
	int r = 0;

	r = hold_source(&growth, reterr_text);
	if (r == 0)
		r = make_target(&growth, reterr_text);
	if (r == 0)
		r = clone_copy_disks(&growth, reterr_text);
	if (r == 0)
		r = make_conf(&growth, reterr_text);
	if (r == 0)
		memory_note_host(&growth.target, &growth.source.vm);
	if (r == 0)
		r = finish(&growth, reterr_text);
	if (r == 0)
		*ret_forwards = fixed_forwards(&growth.source.vm);
	if (r < 0 && growth.lock >= 0)
		undo(&growth);
	growth_free(&growth);
	return r;
}
