/* SPDX-License-Identifier: MIT
 * Where the description of a VM comes from: vm.conf under the command line, or an image. */
#include "launcher/options/description.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/home/vmdir.h"
#include "launcher/options/conf.h"
#include "launcher/options/qemu.h"
#include "launcher/options/resolve.h"
#include "launcher/options/table.h"

#define NAMES_MAX 64

int description_load_directory(
	struct options *options, const char *name, const struct vmdir *vmdir, char **reterr_text)
{
	OWNED_SETTINGS conf = {0};
	int r = conf_read(vmdir, &conf, reterr_text);

	if (r == 0)
		r = options_qemu_settle(&conf, reterr_text);
	if (r < 0)
		return r;
	settings_merge(&options->settings, &conf);
	vm_free(&options->vm);
	vm_init(&options->vm);
	r = settings_apply(&options->settings, &options->vm, reterr_text);
	if (r < 0)
		return r;
	if (options->vm.name[0] == '\0')
		return vm_set_name(&options->vm, name, reterr_text);
	return 0;
}

struct names {
	char *texts[NAMES_MAX];
	size_t n;
};

static void note_name(const char *name, const char *directory, void *context)
{
	struct names *names = context;

	(void)directory;
	if (names->n < NAMES_MAX)
		names->texts[names->n++] = text_format("%s", name);
}

/* Is it a name for a VM, and not rather that of a file which is not there? */
static bool may_be_created(const char *operand)
{
	char name[VM_NAME_SIZE] = "";

	vm_name_derive(operand, name);
	return vm_name_valid(operand) && strcmp(name, operand) == 0;
}

static int say_unknown(const char *operand, char **reterr_text)
{
	OWNED_MEMORY char *home = vmdir_home();
	struct names names = {0};
	const char *nearest = NULL;

	if (vmdir_has_conf(operand))
		return text_fail(reterr_text, -ENOENT,
			"there is no VM '%s' (in '%s'); the directory of that name here is './%s'",
			operand, home == NULL ? "~/.local/share/owvm" : home, operand);
	resolve_each(note_name, &names);
	nearest = text_nearest(operand, (const char *const *)names.texts, names.n);
	if (nearest != NULL)
		text_fail(reterr_text, -ENOENT,
			"there is neither a VM nor a file '%s'; did you mean '%s'?", operand,
			nearest);
	else if (may_be_created(operand))
		text_fail(reterr_text, -ENOENT,
			"there is neither a VM '%s' (in '%s') nor a file of that name; 'owrun create %s IMAGE' makes a VM",
			operand, home == NULL ? "~/.local/share/owvm" : home, operand);
	else
		text_fail(reterr_text, -ENOENT,
			"there is neither a VM '%s' (in '%s') nor a file of that name", operand,
			home == NULL ? "~/.local/share/owvm" : home);
	for (size_t i = 0; i < names.n; i++)
		free(names.texts[i]);
	return -ENOENT;
}

static bool is_file(const char *operand)
{
	struct stat st = {0};

	return stat(operand, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* The image is the first disk, as if it had been said before all options. */
static int load_image(struct options *options, char **reterr_text)
{
	const struct option_row *disk = options_find_key("disk", strlen("disk"));
	OWNED_MEMORY char *text = text_double_commas(options->operand);

	settings_put_first(&options->settings, disk, text, NULL);
	vm_free(&options->vm);
	vm_init(&options->vm);
	return settings_apply(&options->settings, &options->vm, reterr_text);
}

/* A name goes before a file of that name here; a path of a file is a file. */
bool description_is_image(const char *operand)
{
	return is_file(operand) && (strchr(operand, '/') != NULL || !vmdir_created(operand));
}

int description_load(struct options *options, struct vmdir *ret_vmdir, char **reterr_text)
{
	OWNED_MEMORY char *name = NULL;
	int r = 0;

	if (options->operand == NULL)
		return 0;
	if (description_is_image(options->operand))
		return load_image(options, reterr_text);
	if (strchr(options->operand, '/') == NULL && !vm_name_valid(options->operand) &&
		strcmp(options->operand, ".") != 0 && strcmp(options->operand, "..") != 0)
		return say_unknown(options->operand, reterr_text);
	r = resolve_operand(
		options->operand, options->trust_directory, &name, ret_vmdir, reterr_text);
	if (r < 0)
		return r;
	if (ret_vmdir->fd < 0)
		return say_unknown(options->operand, reterr_text);
	r = description_load_directory(options, name, ret_vmdir, reterr_text);
	if (r < 0)
		vmdir_close(ret_vmdir);
	return r;
}
