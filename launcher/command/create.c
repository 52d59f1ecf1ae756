/* SPDX-License-Identifier: MIT
 * `owrun create`: a VM that is kept, in a directory of its own. */
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/clone.h"
#include "launcher/command/commands.h"
#include "launcher/command/kept.h"
#include "launcher/command/make.h"
#include "launcher/download/spec.h"

/* The name of an image of OpenWrt alone is where the NAME was forgotten. */
static bool has_no_name(const struct options *options)
{
	return options->n_rest == 0 && image_spec_is(options->operand) &&
	       options->vm.n_disks == 0 && options->vm.kernel == NULL;
}

static int create_new(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *path = NULL;
	OWNED_FD signals = -1;
	int r = 0;

	if (has_no_name(options)) {
		text_say("the VM has no name; 'owrun create NAME %s' makes one of that image",
			options->operand);
		return EXIT_USAGE;
	}
	signals = signals_open();
	r = make_vm(options, options->operand, options->n_rest > 0 ? options->rest[0] : NULL,
		signals, &path, &error);
	if (r == 0)
		kept_tell_made(options->operand, path);
	return text_exit_status(r, error);
}

/* A copy of a VM has what that has, and what the options say. */
static const char *wrong_beside_from(const struct options *options)
{
	return options->n_rest > 0	 ? options->rest[0]
	       : options->n_recipes > 0	 ? "--recipe"
	       : options->disk_size > 0	 ? "--disk-size"
	       : options->vm.n_disks > 0 ? "--disk"
					 : NULL;
}

static int create_copy(const struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	const char *wrong = wrong_beside_from(options);
	int r = 0;

	if (wrong != NULL) {
		text_say("'%s' has no place beside '--from': the copy has the disks of VM '%s'",
			wrong, options->from);
		return EXIT_USAGE;
	}
	r = copy_vm(&options->settings, options->from, options->operand, options->trust_directory,
		&error);
	return text_exit_status(r, error);
}

int create_run(struct options *options)
{
	return options->from != NULL ? create_copy(options) : create_new(options);
}
