/* SPDX-License-Identifier: MIT
 * `owrun create`: a VM that is kept, in a directory of its own. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/clone.h"
#include "launcher/command/commands.h"
#include "launcher/command/make.h"
#include "launcher/download/spec.h"

/* The name of an image of OpenWrt alone is where the NAME was forgotten. */
static int check(const struct options *options, char **reterr_text)
{
	if (options->n_rest > 1)
		return text_fail(reterr_text, -EINVAL,
			"a VM is made of one IMAGE, and '%s' is a second", options->rest[1]);
	if (options->n_rest == 0 && image_spec_is(options->operand) && options->vm.n_disks == 0 &&
		options->vm.kernel == NULL)
		return text_fail(reterr_text, -EINVAL,
			"the VM has no name; 'owrun create NAME %s' makes one of that image",
			options->operand);
	return 0;
}

static int create_new(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *operand = shell_word(options->operand);
	OWNED_MEMORY char *path = NULL;
	OWNED_FD signals = signals_open();
	int r = check(options, &error);

	if (r == 0)
		r = make_vm(options, options->operand,
			options->n_rest > 0 ? options->rest[0] : NULL, signals, &path, &error);
	if (r == 0)
		text_print(stdout, "%s: '%s/" VMDIR_CONF "'; 'owrun run %s' starts it",
			strrchr(path, '/') + 1, path, operand);
	return text_exit_status(r, error);
}

/* A copy of a VM has what that has, and what the options say. */
static int check_copy(const struct options *options, char **reterr_text)
{
	const char *wrong = options->n_rest > 0	      ? options->rest[0]
			    : options->n_recipes > 0  ? "--recipe"
			    : options->disk_size > 0  ? "--disk-size"
			    : options->vm.n_disks > 0 ? "--disk"
						      : NULL;

	if (wrong != NULL)
		return text_fail(reterr_text, -EINVAL,
			"'%s' has no place beside '--from': the copy has the disks of VM '%s'",
			wrong, options->from);
	return 0;
}

static int create_copy(const struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = check_copy(options, &error);

	if (r == 0)
		r = copy_vm(&options->settings, options->from, options->operand,
			options->trust_directory, &error);
	return text_exit_status(r, error);
}

int create_run(struct options *options)
{
	return options->from != NULL ? create_copy(options) : create_new(options);
}
