/* SPDX-License-Identifier: MIT
 * Which VM an operand means: a name, or a directory whose vm.conf may give another. */
#include "launcher/options/resolve.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/home/vm-lock.h"
#include "launcher/home/vmdir.h"
#include "launcher/options/conf.h"
#include "launcher/options/table.h"
#include "launcher/runtime/find.h"
#include "launcher/vm/vm.h"

/* The name of the VM whose vm.conf is in that directory. */
static int name_of_directory(const char *directory, char **ret_name, char **reterr_text)
{
	OWNED_SETTINGS settings = {0};
	const struct setting *named = NULL;
	const char *name = strrchr(directory, '/') + 1;

	if (conf_read(directory, &settings, reterr_text) < 0)
		return -EINVAL;
	named = settings_find(&settings, options_find_key("name", strlen("name")));
	if (named != NULL)
		name = named->text;
	if (!vm_name_valid(name))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not a name for a VM; give one in its vm.conf: 'name = NAME'",
			name);
	*ret_name = text_format("%s", name);
	return 0;
}

/* The same for those in the home, also where vm.conf cannot be read; the caller frees it. */
static char *name_or_own(const char *directory)
{
	OWNED_MEMORY char *ignored = NULL;
	char *name = NULL;

	if (vmdir_has_conf(directory) && name_of_directory(directory, &name, &ignored) == 0)
		return name;
	return text_format("%s", strrchr(directory, '/') + 1);
}

static int resolve_path(
	const char *operand, char **ret_name, char **ret_directory, char **reterr_text)
{
	OWNED_MEMORY char *directory = realpath(operand, NULL);

	if (directory == NULL)
		return text_fail(reterr_text, -errno, "'%s': %s", operand, strerror(errno));
	if (!vmdir_has_conf(directory))
		return text_fail(reterr_text, -ENOENT,
			"'%s' is no directory of a VM: it has no vm.conf; 'owrun create' makes one",
			operand);
	if (name_of_directory(directory, ret_name, reterr_text) < 0)
		return -EINVAL;
	*ret_directory = directory;
	directory = NULL;
	return 0;
}

int resolve_operand(const char *operand, char **ret_name, char **ret_directory, char **reterr_text)
{
	OWNED_MEMORY char *directory = NULL;

	*ret_directory = NULL;
	if (vmdir_is_path(operand))
		return resolve_path(operand, ret_name, ret_directory, reterr_text);
	if (!vm_name_valid(operand))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not the name of a VM (1-%d letters, digits, '.', '_' or '-', a letter or digit first)",
			operand, VM_NAME_SIZE - 1);
	directory = vmdir_of_name(operand);
	*ret_name = directory == NULL ? text_format("%s", operand) : name_or_own(directory);
	if (directory != NULL && vmdir_has_conf(directory)) {
		*ret_directory = directory;
		directory = NULL;
	}
	return 0;
}

static int check_origin(
	const char *name, const char *directory, const char *operand, char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	if (runtime_find_any(&places, name, &runtime, &ignored) < 0 || !runtime_alive(&runtime) ||
		vm_lock_is_from(&runtime, directory))
		return 0;
	return text_fail(reterr_text, -EBUSY,
		"the VM '%s' that runs is not the one of '%s'; 'owrun status %s' tells more", name,
		operand, name);
}

int resolve_living(const char *operand, char **ret_name, char **ret_directory, char **reterr_text)
{
	int r = resolve_operand(operand, ret_name, ret_directory, reterr_text);

	if (r == 0 && *ret_directory != NULL && vmdir_is_path(operand))
		r = check_origin(*ret_name, *ret_directory, operand, reterr_text);
	return r;
}

void resolve_each(
	void (*visit)(const char *name, const char *directory, void *context), void *context)
{
	OWNED_MEMORY char *home = vmdir_home();
	struct dirent **entries = NULL;
	int n = home == NULL ? 0 : file_names(home, &entries);

	for (int i = 0; i < n; i++) {
		OWNED_MEMORY char *directory = text_format("%s/%s", home, entries[i]->d_name);
		OWNED_MEMORY char *name = name_or_own(directory);

		if (vm_name_valid(entries[i]->d_name) && vmdir_has_conf(directory))
			visit(name, directory, context);
		free(entries[i]);
	}
	free(entries);
}
