/* SPDX-License-Identifier: MIT
 * `owrun chroot`: a command that runs in an image. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/chroot/chroot.h"
#include "launcher/command/chroot-boot.h"
#include "launcher/command/commands.h"
#include "launcher/command/inside.h"
#include "launcher/options/description.h"

/* In namespaces. */
static int run_here(const struct options *options, const struct edit *edit, int signals,
	int *ret_status, char **reterr_text)
{
	const struct chroot chroot = {
		.image = edit_fd(edit),
		.offset = edit->root->offset,
		.network = options->network,
		.argv = options->rest,
		.signals = signals,
	};

	if (edit->root->content != PARTITION_EXT4)
		return text_fail(reterr_text, -EINVAL,
			"image '%s': its root file system is a squashfs, which nothing writes to; '--boot' writes to what the guest lays over it",
			edit->disk.path);
	return chroot_run(&chroot, ret_status, reterr_text);
}

/* In a VM, which needs what a VM is described by. */
static int run_booted(struct options *options, const struct inside *inside, int signals,
	int *ret_status, char **reterr_text)
{
	const struct edit *edit = &inside->edit;
	struct vmdir none = VMDIR_NONE;
	int r = 0;

	if (inside->vmdir.fd < 0)
		r = description_load(options, &none, reterr_text);
	return r < 0 ? r
		     : chroot_boot(options, edit->raw != NULL ? edit->raw : edit->scratch.copy,
			       signals, ret_status, reterr_text);
}

static int change(struct options *options, int signals, int *ret_status, char **reterr_text)
{
	OWNED_INSIDE inside = INSIDE_NONE;
	int r = options->boot ? 0 : chroot_check(reterr_text);

	if (r < 0)
		return text_fail(
			reterr_text, r, "%s; '--boot' runs the command in a VM", *reterr_text);
	r = inside_open(options, true, signals, &inside, reterr_text);
	if (r == 0)
		r = options->boot
			    ? run_booted(options, &inside, signals, ret_status, reterr_text)
			    : run_here(options, &inside.edit, signals, ret_status, reterr_text);
	if (r < 0)
		return r;
	if (*ret_status != 0)
		text_say("'%s' is as it was, as the command ended with status %d",
			inside.edit.disk.path, *ret_status);
	return *ret_status == 0 ? edit_commit(&inside.edit, reterr_text) : 0;
}

int chroot_command(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_FD signals = -1;
	int status = CHROOT_FAILED, r = 0;

	if (options->n_rest == 0) {
		text_say("'owrun chroot' needs a COMMAND; see '--help'");
		return EXIT_USAGE;
	}
	signals = signals_open();
	r = change(options, signals, &status, &error);
	if (r == 0)
		return status;
	text_say("%s", error);
	return status == 0 ? CHROOT_FAILED : status;
}
