/* SPDX-License-Identifier: MIT
 * Which VM an operand means: a name, or a directory whose vm.conf may give another. */
#include "launcher/options/resolve.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/home/vm-lock.h"
#include "launcher/options/conf.h"
#include "launcher/options/table.h"
#include "launcher/runtime/find.h"
#include "launcher/vm/vm.h"

/* The name of the VM whose vm.conf is in that directory. */
static int name_of_directory(const struct vmdir *vmdir, char **ret_name, char **reterr_text)
{
	OWNED_SETTINGS settings = {0};
	const struct setting *named = NULL;
	const char *name = strrchr(vmdir->path, '/') + 1;
	int r = conf_read(vmdir, &settings, reterr_text);

	if (r < 0)
		return r;
	named = settings_find(&settings, options_find_key("name", strlen("name")));
	if (named != NULL)
		name = named->text;
	if (!vm_name_valid(name) && named != NULL)
		return text_fail(reterr_text, -EINVAL,
			"%s: '%s' is not a name for a VM (1-%d letters, digits, '.', '_' or '-', a letter or digit first)",
			named->origin, name, VM_NAME_SIZE - 1);
	if (!vm_name_valid(name))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not a name for a VM; give one in its vm.conf: 'name = NAME'",
			name);
	*ret_name = text_format("%s", name);
	return 0;
}

/* The same for those in the home, also where vm.conf cannot be read. */
static int name_or_own(const struct vmdir *vmdir, char **ret_name, char **reterr_text)
{
	int r = name_of_directory(vmdir, ret_name, reterr_text);

	if (r < 0 && r != -EPERM)
		*ret_name = text_format("%s", strrchr(vmdir->path, '/') + 1);
	return r == -EPERM ? r : 0;
}

/* Where a VM can be made of the directory, the command is told: not of a file, nor of one whose
 * name no VM has. */
static int say_no_vm(const char *operand, bool directory, char **reterr_text)
{
	size_t length = strlen(operand);
	OWNED_MEMORY char *path = NULL;
	OWNED_MEMORY char *word = NULL;
	const char *slash = NULL;

	while (length > 1 && operand[length - 1] == '/')
		length--;
	path = text_format("%.*s", (int)length, operand);
	word = shell_word(operand);
	slash = strrchr(path, '/');
	if (!directory || !vm_name_valid(slash == NULL ? path : slash + 1))
		return text_fail(reterr_text, -ENOENT,
			"'%s' is no directory of a VM: it has no vm.conf", operand);
	return text_fail(reterr_text, -ENOENT,
		"'%s' is no directory of a VM: it has no vm.conf; 'owrun create %s IMAGE' makes one",
		operand, word);
}

static int resolve_path(const char *operand, bool trust, char **ret_name, struct vmdir *ret_vmdir,
	char **reterr_text)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_MEMORY char *error = NULL;
	int r = vmdir_open(operand, trust, &vmdir, &error);

	if (r == -ENOTDIR || (r == 0 && !vmdir_has(&vmdir, VMDIR_CONF)))
		return say_no_vm(operand, r == 0, reterr_text);
	if (r < 0 && r != -EPERM)
		return text_fail(reterr_text, r, "'%s': %s", operand, strerror(-r));
	if (r < 0)
		return text_fail(reterr_text, r, "%s", error);
	r = name_of_directory(&vmdir, ret_name, reterr_text);
	if (r < 0)
		return r;
	*ret_vmdir = vmdir;
	vmdir = (struct vmdir)VMDIR_NONE;
	return 0;
}

static int resolve_name(const char *operand, bool trust, char **ret_name, struct vmdir *ret_vmdir,
	char **reterr_text)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_MEMORY char *error = NULL;
	int r = vmdir_open_name(operand, trust, &vmdir, &error);

	if (r == -EPERM)
		return text_fail(reterr_text, r, "%s", error);
	if (r < 0 || !vmdir_has(&vmdir, VMDIR_CONF)) {
		*ret_name = text_format("%s", operand);
		return 0;
	}
	r = name_or_own(&vmdir, ret_name, reterr_text);
	if (r < 0)
		return r;
	*ret_vmdir = vmdir;
	vmdir = (struct vmdir)VMDIR_NONE;
	return 0;
}

int resolve_operand(const char *operand, bool trust, char **ret_name, struct vmdir *ret_vmdir,
	char **reterr_text)
{
	if (vmdir_is_path(operand))
		return resolve_path(operand, trust, ret_name, ret_vmdir, reterr_text);
	if (!vm_name_valid(operand))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not the name of a VM (1-%d letters, digits, '.', '_' or '-', a letter or digit first)",
			operand, VM_NAME_SIZE - 1);
	return resolve_name(operand, trust, ret_name, ret_vmdir, reterr_text);
}

static int check_origin(
	const char *name, const struct vmdir *vmdir, const char *operand, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	if (runtime_find_any(&places, name, &runtime, &ignored) < 0 || !runtime_alive(&runtime) ||
		vm_lock_is_from(&runtime, vmdir))
		return 0;
	return text_fail(reterr_text, -EBUSY,
		"the VM '%s' that runs is not the one of '%s'; 'owrun status %s' tells more", name,
		operand, name);
}

int resolve_living(const char *operand, bool trust, char **ret_name, struct vmdir *ret_vmdir,
	char **reterr_text)
{
	int r = resolve_operand(operand, trust, ret_name, ret_vmdir, reterr_text);

	if (r == 0 && ret_vmdir->fd >= 0 && vmdir_is_path(operand))
		r = check_origin(*ret_name, ret_vmdir, operand, reterr_text);
	return r;
}

int resolve_running(const char *operand, bool trust, char **ret_name, struct vmdir *ret_vmdir,
	char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	int r = resolve_living(operand, trust, ret_name, ret_vmdir, &error);

	if (r == -EPERM && !vmdir_is_path(operand)) {
		*ret_name = text_format("%s", operand);
		return 0;
	}
	return r < 0 ? text_fail(reterr_text, r, "%s", error) : 0;
}

static void visit_one(const char *entry,
	void (*visit)(const char *name, const char *directory, void *context), void *context)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_MEMORY char *name = NULL;
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *path = vmdir_of_name(entry);
	int r = vm_name_valid(entry) ? vmdir_open_name(entry, false, &vmdir, &error) : -ENOENT;

	/* What cannot be read is there all the same, under its own name. */
	if (r == -EPERM || (r == 0 && vmdir_has(&vmdir, VMDIR_CONF) &&
				   name_or_own(&vmdir, &name, &error) == -EPERM))
		visit(entry, path, context);
	else if (name != NULL)
		visit(name, path, context);
}

void resolve_each(
	void (*visit)(const char *name, const char *directory, void *context), void *context)
{
	OWNED_VMDIR home = VMDIR_NONE;
	OWNED_MEMORY char *error = NULL;
	struct dirent **entries = NULL;
	int n = 0, r = vmdir_home_open(&home, &error);

	if (r == -EPERM)
		text_say("%s", error);
	n = r < 0 ? 0 : file_names(home.fd, ".", &entries);
	for (int i = 0; i < n; i++) {
		visit_one(entries[i]->d_name, visit, context);
		free(entries[i]);
	}
	free(entries);
}
