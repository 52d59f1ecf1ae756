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
	struct conf_file conf;
	struct vm_lock old, new;
};

static void renaming_free(struct renaming *renaming)
{
	vm_lock_release(&renaming->new);
	vm_lock_release(&renaming->old);
	conf_file_free(&renaming->conf);
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
	int r = conf_file_take(old, trust, &renaming->conf, reterr_text);

	if (r == 0 && vmdir_is_symlink(&renaming->conf.vmdir))
		return text_fail(reterr_text, -ELOOP,
			"'%s' is a symbolic link; 'mv' renames it, and the VM with it",
			renaming->conf.vmdir.path);
	return r;
}

/* Let the addresses that come of the old name be remembered. */
static int keep_macs(const struct renaming *renaming, char **reterr_text)
{
	OWNED_MEMORY char *complaint = NULL;
	json_t *memory = remember_load(&renaming->conf.vmdir, &complaint);
	/* What is remembered of one card says nothing of the next. */
	json_t *kept = json_copy(memory);
	int r = 0;

	for (size_t i = 0; i < renaming->conf.vm.n_nics; i++) {
		uint8_t mac[MAC_SIZE] = {0};

		if (renaming->conf.vm.nics[i].has_mac || remember_mac(memory, i, mac))
			continue;
		memory_derive(kept, (uint32_t)geteuid(), &renaming->conf.vm.nics[i],
			renaming->conf.vm.name, (unsigned int)i, mac);
		remember_mac_is(memory, i, mac);
	}
	if (complaint != NULL)
		text_say("%s", complaint);
	r = remember_save(&renaming->conf.vmdir, memory, reterr_text);
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

	if (settings_find(&renaming->conf.settings, row) == NULL)
		return 0;
	lines_read(renaming->conf.text, &lines);
	lines_set(&lines, row, &value, 1);
	text = lines_join(&lines);
	return conf_file_replace(
		&renaming->conf.vmdir, renaming->conf.text, text, true, reterr_text);
}

static int move(struct renaming *renaming, const char *old, const char *new, char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	int r = vmdir_rename(&renaming->conf.vmdir, new);

	if (r == -EEXIST)
		return conf_file_say_taken(new, reterr_text);
	if (r < 0)
		return text_fail(reterr_text, r, "cannot rename '%s': %s",
			renaming->conf.vmdir.path, strerror(-r));
	backing_notes_moved(renaming->conf.vmdir.path, old);
	/* ssh knows the key by the old name. */
	(void)!vmdir_unlink(&renaming->conf.vmdir, VMDIR_KNOWN_HOSTS);
	temporary_remove(renaming->conf.vm.name);
	if (ended_clear_away(&renaming->old.runtime, &error) < 0)
		text_say("%s", error);
	ended_renamed(renaming->conf.vm.name, new);
	return 0;
}

static int change(struct renaming *renaming, const char *old, const char *new, char **reterr_text)
{
	const struct vmdir none = VMDIR_NONE;
	int r = vm_lock_take(
		renaming->conf.vm.name, &renaming->conf.vmdir, &renaming->old, reterr_text);

	if (r == 0 && strcmp(renaming->conf.vm.name, new) != 0)
		r = vm_lock_take(new, &none, &renaming->new, reterr_text);
	if (r == 0)
		r = keep_macs(renaming, reterr_text);
	if (r == 0)
		r = change_conf(renaming, new, reterr_text);
	return r < 0 ? r : move(renaming, old, new, reterr_text);
}

int rename_vm(const char *old, const char *new, bool trust, char **ret_old, char **reterr_text)
{
	struct renaming renaming = {
		.conf = CONF_FILE_NONE, .old = VM_LOCK_NONE, .new = VM_LOCK_NONE};
	int r = check_names(old, new, reterr_text);

	if (r == 0)
		r = load(old, trust, &renaming, reterr_text);
	if (r == 0)
		r = change(&renaming, old, new, reterr_text);
	if (r == 0)
		*ret_old = text_format("%s", renaming.conf.vm.name);
	renaming_free(&renaming);
	return r;
}
