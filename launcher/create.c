/* SPDX-License-Identifier: MIT
 * `owrun create`, `owrun config`, `owrun rm`: VMs that are kept, each in a directory of its own. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/conf.h"
#include "launcher/host.h"
#include "launcher/overlay.h"
#include "launcher/text.h"
#include "launcher/tool.h"
#include "launcher/vmdir.h"

#define COPY_TIMEOUT (30 * 60 * 1000) /* ms: a large image on a slow disk */

/* The new VM's directory and name: a path makes it there. */
static int place(const char *operand, char **ret_name, char **ret_directory, char **reterr_text)
{
	const char *slash = strrchr(operand, '/');
	const char *name = slash == NULL ? operand : slash + 1;
	OWNED_MEMORY char *here = operand[0] == '/' ? NULL : getcwd(NULL, 0);

	if (!vm_name_valid(name))
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not a name for a VM (1-%d letters, digits, '.', '_' or '-', a letter or digit first)",
			name, VM_NAME_SIZE - 1);
	if (slash == NULL)
		*ret_directory = vmdir_of_name(name);
	else if (here == NULL)
		*ret_directory = text_format("%s", operand);
	else
		*ret_directory = text_format("%s/%s", here, operand);
	if (*ret_directory == NULL)
		return text_fail(reterr_text, -ENOENT,
			"neither XDG_DATA_HOME nor HOME says where VMs are kept; give a path instead of a name");
	*ret_name = text_format("%s", name);
	if (vmdir_has_conf(*ret_directory))
		return text_fail(reterr_text, -EEXIST,
			"VM '%s' is there already, in '%s'; 'owrun rm %s' removes it", name,
			*ret_directory, name);
	return 0;
}

/* Copy the image into the directory, as a disk that is the VM's own. */
static int copy_image(char *image, const char *directory, char **reterr_text)
{
	OWNED_MEMORY char *disk = text_format("%s/" VMDIR_DISK, directory);
	OWNED_MEMORY char *doubled = text_double_commas(image);
	struct vm vm = {0};
	char *argv[] = {"qemu-img", "convert", "-q", "-f", NULL, "-O", "qcow2", image, disk, NULL};
	int r = vm_add_disk(&vm, doubled, reterr_text);

	if (r == 0 && access(image, R_OK) < 0)
		r = text_fail(reterr_text, -errno, "image '%s': %s", image, strerror(errno));
	if (r == 0) {
		argv[4] = vm.disks[0].format == VM_FORMAT_RAW ? "raw" : "qcow2";
		r = tool_run(argv, COPY_TIMEOUT, NULL, reterr_text);
		if (r < 0)
			unlink(disk);
	}
	vm_free(&vm);
	return r;
}

/* The settings with the disk that was made of an image before them. */
static void put_first_disk(struct settings *settings, const char *directory)
{
	struct settings all = {0};

	settings_add(&all, options_find_key("disk", strlen("disk")), VMDIR_DISK, directory, NULL);
	for (size_t i = 0; i < settings->n; i++)
		settings_add(&all, settings->items[i].row, settings->items[i].text, NULL, NULL);
	settings_free(settings);
	*settings = all;
}

/* Would the VM start, as far as its description goes? */
static int check(struct options *options, char **reterr_text)
{
	vm_free(&options->vm);
	vm_init(&options->vm);
	if (settings_apply(&options->settings, &options->vm, reterr_text) < 0)
		return -EINVAL;
	return vm_complete(&options->vm, geteuid(), reterr_text);
}

static int create(struct options *options, const char *directory, char **reterr_text)
{
	char *image = options->n_rest > 0 ? options->rest[0] : NULL;
	int r = 0;

	if (options->n_rest > 1)
		return text_fail(reterr_text, -EINVAL,
			"a VM is made of one IMAGE, and '%s' is a second", options->rest[1]);
	if (image != NULL)
		put_first_disk(&options->settings, directory);
	r = check(options, reterr_text);
	if (r == 0)
		r = vmdir_make(directory, reterr_text);
	if (r == 0 && image != NULL)
		r = copy_image(image, directory, reterr_text);
	if (r == 0)
		r = conf_write(directory, &options->settings, reterr_text);
	if (r < 0)
		rmdir(directory);
	return r;
}

int create_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *name = NULL;
	OWNED_MEMORY char *directory = NULL;
	int r = place(options->operand, &name, &directory, &error);

	if (r == 0)
		r = create(options, directory, &error);
	if (r < 0) {
		text_say("%s", error);
		return 1;
	}
	printf("%s: '%s/" VMDIR_CONF "'; 'owrun run %s' starts it\n", name, directory,
		options->operand);
	return 0;
}
