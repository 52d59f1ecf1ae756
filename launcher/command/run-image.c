/* SPDX-License-Identifier: MIT
 * The operand of `owrun run` where it means an image. */
#include "launcher/command/run-image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/make.h"
#include "launcher/download/origin.h"
#include "launcher/download/spec.h"
#include "launcher/image/look.h"
#include "launcher/options/description.h"

/* Make the VM of that name of an image of the store: from now on it is one that is kept. */
static int make_of_image(struct options *options, const char *name, char **reterr_text)
{
	OWNED_MEMORY char *path = NULL;
	OWNED_FD signals = signals_open();
	int r = 0;

	if (options->dry_run)
		return text_fail(reterr_text, -EINVAL,
			"'--dry-run' makes no VM of image '%s'; 'owrun create %s %s' does",
			options->operand, name, options->operand);
	r = make_vm(options, name, options->operand, signals, &path, reterr_text);
	if (r < 0)
		return r;
	text_say("made VM '%s' of image '%s', in '%s'; 'owrun run %s' starts it again", name,
		options->operand, path, name);
	/* Its vm.conf says it all. */
	settings_free(&options->settings);
	vm_free(&options->vm);
	vm_init(&options->vm);
	return 0;
}

/* Of an image of OpenWrt all of what was said, with '-' for what a name may not hold. */
static void name_vm(const char *operand, char ret_name[VM_NAME_SIZE])
{
	OWNED_MEMORY char *said = text_format("%s", operand);

	for (char *c = said; *c != '\0'; c++)
		if (*c == '/')
			*c = '-';
	vm_name_derive(said, ret_name);
}

int run_image_check_unmade(const struct options *options, char **reterr_text)
{
	OWNED_MEMORY char *word = shell_word(options->operand == NULL ? "IMAGE" : options->operand);

	if (options->disk_size > 0)
		return text_fail(reterr_text, -EINVAL,
			"'--disk-size' is about the disk of a VM that is made, and none is made here");
	return options->n_recipes == 0
		       ? 0
		       : text_fail(reterr_text, -EINVAL,
				 "'--recipe' is for a VM that is made of an image; 'owrun inject --recipe ... %s' changes what is there",
				 word);
}

int run_image_settle(struct options *options, enum run_made *ret_made, char **reterr_text)
{
	char name[VM_NAME_SIZE] = "";
	int r = 0;

	if (description_is_image(options->operand))
		return image_check_file(options->operand, reterr_text);
	if ((vmdir_is_path(options->operand) && !image_spec_is(options->operand)) ||
		vmdir_created(options->operand) || !image_origin_is_image(options->operand))
		return 0;
	if (options->vm.name[0] != '\0')
		memcpy(name, options->vm.name, sizeof(name));
	else
		name_vm(options->operand, name);
	if (!vmdir_created(name)) {
		r = make_of_image(options, name, reterr_text);
		*ret_made = image_spec_is(options->operand) ? RUN_MADE_ROUTER : RUN_MADE_VM;
	}
	if (r < 0)
		return r;
	free(options->name);
	options->name = text_format("%s", name);
	options->operand = options->name;
	return 0;
}
