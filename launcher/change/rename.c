/* SPDX-License-Identifier: MIT
 * A kept VM gets another name. */
#include "launcher/change/rename.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/change/conf-file.h"
#include "launcher/change/lines.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/disk/temporary.h"
#include "launcher/home/ended.h"
#include "launcher/home/remember.h"
#include "launcher/home/vm-lock.h"
#include "launcher/netd-client/memory.h"
#include "launcher/options/table.h"

/* The VM on its way to its new name. */
struct renaming {
	struct vmdir vmdir;
	char *path; /* of its vm.conf, for sentences */
	char *text; /* of its vm.conf */
	struct settings settings;
	struct vm vm;
	struct vm_lock old, new;
};

static void renaming_free(struct renaming *renaming)
{
	vm_lock_release(&renaming->new);
	vm_lock_release(&renaming->old);
	vm_free(&renaming->vm);
	settings_free(&renaming->settings);
	vmdir_close(&renaming->vmdir);
	free(renaming->path);
	free(renaming->text);
}

static int check_names(const char *old, const char *new, char **reterr_text)
{
	if (vmdir_is_path(old))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is a path, and a VM that is kept elsewhere has the name of its directory: 'mv' renames that",
			old);
	if (vm_name_check(new, reterr_text) < 0)
		return -EINVAL;
	if (strcmp(old, new) == 0)
		return text_fail(reterr_text, -EEXIST, "that is the name of VM '%s' already", old);
	return 0;
}

static int load(const char *old, bool trust, struct renaming *renaming, char **reterr_text)
{
	int r = conf_file_open(old, trust, &renaming->vmdir, reterr_text);

	if (r < 0)
		return r;
	if (vmdir_is_symlink(&renaming->vmdir))
		return text_fail(reterr_text, -ELOOP,
			"'%s' is a symbolic link; 'mv' renames it, and the VM with it",
			renaming->vmdir.path);
	renaming->path = text_format("%s/" VMDIR_CONF, renaming->vmdir.path);
	r = conf_file_read(&renaming->vmdir, VMDIR_CONF, &renaming->text, reterr_text);
	return r < 0 ? r
		     : conf_file_load(&renaming->vmdir, renaming->path, renaming->text,
			       &renaming->settings, &renaming->vm, reterr_text);
}

/* Let the addresses that come of the old name be remembered. */
static int keep_macs(const struct renaming *renaming, char **reterr_text)
{
	OWNED_MEMORY char *complaint = NULL;
	json_t *memory = remember_load(&renaming->vmdir, &complaint);
	/* What is remembered of one card says nothing of the next. */
	json_t *kept = json_copy(memory);
	int r = 0;

	for (size_t i = 0; i < renaming->vm.n_nics; i++) {
		uint8_t mac[MAC_SIZE] = {0};

		if (renaming->vm.nics[i].has_mac || remember_mac(memory, i, mac))
			continue;
		memory_derive(kept, (uint32_t)geteuid(), &renaming->vm.nics[i], renaming->vm.name,
			(unsigned int)i, mac);
		remember_mac_is(memory, i, mac);
	}
	if (complaint != NULL)
		text_say("%s", complaint);
	r = remember_save(&renaming->vmdir, memory, reterr_text);
	json_decref(memory);
	json_decref(kept);
	return r;
}

/* Where vm.conf says a name, it is to be the new one. */
static int change_conf(const struct renaming *renaming, const char *new, char **reterr_text)
{
	const struct option_row *row = options_find_key("name", strlen("name"));
	OWNED_LINES lines = {0};
	OWNED_MEMORY char *text = NULL;
	OWNED_MEMORY char *value = text_format("%s", new);

	if (settings_find(&renaming->settings, row) == NULL)
		return 0;
	lines_read(renaming->text, &lines);
	lines_set(&lines, row, &value, 1);
	text = lines_join(&lines);
	return conf_file_replace(&renaming->vmdir, renaming->text, text, true, reterr_text);
}

static int move(struct renaming *renaming, const char *old, const char *new, char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	int r = vmdir_rename(&renaming->vmdir, new);

	if (r == -EEXIST)
		return conf_file_say_taken(new, reterr_text);
	if (r < 0)
		return text_fail(reterr_text, r, "cannot rename '%s': %s", renaming->vmdir.path,
			strerror(-r));
	backing_notes_moved(renaming->vmdir.path, old);
	/* ssh knows the key by the old name. */
	(void)!vmdir_unlink(&renaming->vmdir, VMDIR_KNOWN_HOSTS);
	temporary_remove(renaming->vm.name);
	if (ended_clear_away(&renaming->old.runtime, &error) < 0)
		text_say("%s", error);
	ended_renamed(renaming->vm.name, new);
	return 0;
}

static int change(struct renaming *renaming, const char *old, const char *new, char **reterr_text)
{
	const struct vmdir none = VMDIR_NONE;
	int r = vm_lock_take(renaming->vm.name, &renaming->vmdir, &renaming->old, reterr_text);

	if (r == 0 && strcmp(renaming->vm.name, new) != 0)
		r = vm_lock_take(new, &none, &renaming->new, reterr_text);
	if (r == 0)
		r = keep_macs(renaming, reterr_text);
	if (r == 0)
		r = change_conf(renaming, new, reterr_text);
	return r < 0 ? r : move(renaming, old, new, reterr_text);
}

int rename_vm(const char *old, const char *new, bool trust, char **ret_old, char **reterr_text)
{
	struct renaming renaming = {.vmdir = VMDIR_NONE, .old = VM_LOCK_NONE, .new = VM_LOCK_NONE};
	int r = check_names(old, new, reterr_text);

	vm_init(&renaming.vm);
	if (r == 0)
		r = load(old, trust, &renaming, reterr_text);
	if (r == 0)
		r = change(&renaming, old, new, reterr_text);
	if (r == 0)
		*ret_old = text_format("%s", renaming.vm.name);
	renaming_free(&renaming);
	return r;
}
