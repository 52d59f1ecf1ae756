/* SPDX-License-Identifier: MIT
 * The directory of a VM that was created: vm.conf, its disk, what was remembered. */
#include "launcher/vmdir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/conf.h"
#include "launcher/file.h"
#include "launcher/options-table.h"
#include "launcher/text.h"
#include "launcher/vm.h"

#define LOCK_TRIES 100
#define LOCK_PAUSE 20000000 /* ns */

char *vmdir_home(void)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (data != NULL && data[0] == '/')
		return text_format("%s/owvm", data);
	if (home != NULL && home[0] == '/')
		return text_format("%s/.local/share/owvm", home);
	return NULL;
}

char *vmdir_of_name(const char *name)
{
	OWNED_MEMORY char *home = vmdir_home();

	return home == NULL ? NULL : text_format("%s/%s", home, name);
}

bool vmdir_has_conf(const char *directory)
{
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_CONF, directory);

	return access(path, F_OK) == 0;
}

bool vmdir_created(const char *name)
{
	OWNED_MEMORY char *directory = vmdir_of_name(name);

	return directory != NULL && vmdir_has_conf(directory);
}

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

bool vmdir_is_path(const char *operand)
{
	return strchr(operand, '/') != NULL || strcmp(operand, ".") == 0 ||
	       strcmp(operand, "..") == 0;
}

int vmdir_resolve(const char *operand, char **ret_name, char **ret_directory, char **reterr_text)
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

int vmdir_lock(const char *directory, bool alone, char **reterr_text)
{
	OWNED_FD fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return text_fail(
			reterr_text, -errno, "cannot open '%s': %s", directory, strerror(errno));
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 || errno != EWOULDBLOCK)
			return cleanup_steal_fd(&fd);
		nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE}, NULL);
	}
	return text_fail(reterr_text, -EBUSY,
		"'%s' is in use by another owrun just now; try again in a moment", directory);
}

void vmdir_each(
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
