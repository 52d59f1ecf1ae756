/* SPDX-License-Identifier: MIT
 * Making a VM that is kept, in a directory of its own. */
#include "launcher/command/make.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/command/inside.h"
#include "launcher/command/make-image.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/home/unfinished.h"
#include "launcher/image/look.h"
#include "launcher/netd-client/memory.h"
#include "launcher/options/conf.h"
#include "launcher/options/table.h"
#include "launcher/sandbox/share-reach.h"

/* What is being made, and how much of it. */
struct nest {
	const char *operand; /* as it was typed */
	char *name;
	char *path; /* of the directory */
	struct vmdir vmdir;
	struct make_image image; /* what its disk is made of */
	const struct options *options;
	int lock;    /* fd of the directory: one owrun makes a VM in it */
	int signals; /* signalfd: what was made is taken back when one comes; borrowed */
	bool made;   /* the directory */
	bool has_disk;
};

static char *without_slashes(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	return text_format("%.*s", (int)length, path);
}

/* The new VM's directory and name: a path makes it there. */
static int place(const char *operand, char **ret_name, char **ret_directory, char **reterr_text)
{
	/* A shell that completes a directory's name puts a '/' behind it. */
	OWNED_MEMORY char *path = without_slashes(operand);
	const char *slash = strrchr(path, '/');
	const char *name = slash == NULL ? path : slash + 1;
	OWNED_MEMORY char *here = operand[0] == '/' ? NULL : getcwd(NULL, 0);

	if (vm_name_check(name, reterr_text) < 0)
		return -EINVAL;
	if (strchr(operand, '/') == NULL)
		*ret_directory = vmdir_of_name(name);
	else if (here == NULL)
		*ret_directory = text_format("%s", path);
	else
		*ret_directory =
			text_format("%s/%s", here, strncmp(path, "./", 2) == 0 ? path + 2 : path);
	if (*ret_directory == NULL)
		return text_fail(reterr_text, -ENOENT,
			"neither XDG_DATA_HOME nor HOME says where VMs are kept; give a path instead of a name");
	*ret_name = text_format("%s", name);
	return 0;
}

/* Make the directory and hold it. Returns 0, or -errno with a sentence. */
static int open_nest(struct nest *nest, char **reterr_text)
{
	int r = vmdir_make(
		nest->path, nest->options->trust_directory, &nest->made, &nest->vmdir, reterr_text);

	if (r < 0)
		return r;
	nest->lock = vmdir_try_lock(&nest->vmdir, true);
	if (nest->lock == -EWOULDBLOCK) {
		/* Who has it may still have nothing in it. */
		nest->made = false;
		return text_fail(reterr_text, -EBUSY,
			"another 'owrun create' is just making VM '%s' in '%s'", nest->name,
			nest->path);
	}
	if (nest->lock < 0)
		return text_fail(reterr_text, nest->lock, "cannot use '%s': %s", nest->path,
			strerror(-nest->lock));
	return 0;
}

/* Make the directory and hold it; what somebody else has there is left alone. */
static int claim(struct nest *nest, char **reterr_text)
{
	OWNED_MEMORY char *operand = shell_word(nest->operand);
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_DISK, nest->path);
	OWNED_MEMORY char *doubled = text_double_commas(path);
	OWNED_MEMORY char *disk = shell_word(doubled);
	int r = open_nest(nest, reterr_text);

	if (r < 0)
		return r;
	if (!vmdir_is_linked(&nest->vmdir))
		return text_fail(
			reterr_text, -EBUSY, "another owrun has just removed '%s'", nest->path);
	if (vmdir_has(&nest->vmdir, VMDIR_CONF))
		return text_fail(reterr_text, -EEXIST,
			"VM '%s' is there already, in '%s'; 'owrun run %s' starts it, 'owrun rm %s' removes it",
			nest->name, nest->path, operand, operand);
	(void)!unfinished_sweep(&nest->vmdir);
	if (nest->image.disk && vmdir_has(&nest->vmdir, VMDIR_DISK))
		return text_fail(reterr_text, -EEXIST,
			"'%s' is there already, and of no VM; 'owrun create --disk %s %s' would take it",
			path, disk, operand);
	return 0;
}

static int add_recipes(const struct nest *nest, const char *disk, char **reterr_text)
{
	const struct edit_disk made = {
		.path = disk, .qcow2 = true, .below = EDIT_MADE, .signals = nest->signals};
	OWNED_EDIT edit = EDIT_NONE;
	int r = edit_open(&made, true, &edit, reterr_text);

	return r == 0 ? inside_change(nest->options, NULL, 0, &edit, reterr_text) : r;
}

/* Make a disk of the image in a new file, which becomes the disk when it is complete. */
static int make_disk(struct nest *nest, char **reterr_text)
{
	OWNED_MEMORY char *copy = text_format("%s/" UNFINISHED_DISK, nest->path);
	OWNED_MEMORY char *disk = text_format("%s/" VMDIR_DISK, nest->path);
	OWNED_FD fd = vmdir_make_file(&nest->vmdir, UNFINISHED_DISK);
	int r = 0;

	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot make '%s': %s", copy, strerror(-fd));
	r = make_image_fill(
		&nest->image, copy, nest->options->trust_backing, nest->signals, reterr_text);
	if (r == 0 && nest->options->n_recipes > 0)
		r = add_recipes(nest, copy, reterr_text);
	if (r == 0) {
		r = vmdir_link(&nest->vmdir, UNFINISHED_DISK, VMDIR_DISK);
		if (r < 0)
			text_fail(reterr_text, r, "cannot make '%s': %s", disk, strerror(-r));
	}
	nest->has_disk = r == 0;
	if (r == 0)
		backing_notes_made(disk);
	return r;
}

/* Remove what was made, and nothing else. */
static void undo(struct nest *nest)
{
	if (nest->has_disk)
		(void)!vmdir_unlink(&nest->vmdir, VMDIR_DISK);
	vmdir_end_lock(&nest->vmdir, &nest->lock);
	if (nest->made)
		(void)!vmdir_remove(&nest->vmdir);
}

/* Would the VM start, as far as its description goes? */
static int check(const struct nest *nest, struct options *options, char **reterr_text)
{
	struct runtime_places places = {0};
	int r = 0;

	vm_free(&options->vm);
	vm_init(&options->vm);
	if (settings_apply(&options->settings, &options->vm, reterr_text) < 0)
		return -EINVAL;
	r = vm_complete(&options->vm, geteuid(), reterr_text);
	runtime_places_init(&places);
	if (r == 0)
		r = share_reach_check(&options->vm, nest->path, &places, reterr_text);
	return r < 0 ? r : image_check_disks(&options->vm, reterr_text);
}

static int make(struct options *options, const char *image, struct nest *nest, char **reterr_text)
{
	int r = make_image_find(
		image, options, nest->path, nest->signals, &nest->image, reterr_text);

	if (r == 0)
		r = check(nest, options, reterr_text);
	if (r == 0)
		r = conf_check(nest->path, &options->settings, reterr_text);
	if (r == 0)
		r = claim(nest, reterr_text);
	if (r == 0 && nest->image.disk)
		r = make_disk(nest, reterr_text);
	if (r == 0)
		r = make_image_note(&nest->image, nest->path, reterr_text);
	if (r == 0)
		r = conf_write(&nest->vmdir, &options->settings, reterr_text);
	if (r == 0)
		memory_note_host(&nest->vmdir, &options->vm);
	if (nest->lock >= 0)
		(void)!unfinished_sweep(&nest->vmdir);
	if (r < 0)
		undo(nest);
	/* Nobody starts it yet. */
	vmdir_end_lock(&nest->vmdir, &nest->lock);
	return r;
}

static void free_nest(struct nest *nest)
{
	cleanup_close(&nest->lock);
	free(nest->name);
	free(nest->path);
	vmdir_close(&nest->vmdir);
	make_image_free(&nest->image);
}

/* Forwards lead to the address that a recipe gives the router. */
static void settle_address(struct options *options)
{
	static const char key[] = "guest-address";
	const struct option_row *row = options_find_key(key, strlen(key));
	OWNED_MEMORY char *address = inside_router_address(options);

	if (address != NULL && settings_find(&options->settings, row) == NULL)
		settings_add(&options->settings, row, address, NULL, NULL);
}

int make_vm(struct options *options, const char *operand, const char *image, int signals,
	char **ret_path, char **reterr_text)
{
	struct nest nest = {.operand = operand,
		.vmdir = VMDIR_NONE,
		.lock = -1,
		.signals = signals,
		.image = MAKE_IMAGE_NONE,
		.options = options};
	int r = inside_check_recipes(options, reterr_text);

	if (r == 0)
		settle_address(options);
	if (r == 0)
		r = place(operand, &nest.name, &nest.path, reterr_text);
	if (r == 0)
		r = make(options, image, &nest, reterr_text);
	if (r == 0)
		make_image_tell(&nest.image, nest.name);
	if (r == 0)
		*ret_path = text_format("%s", nest.path);
	free_nest(&nest);
	return r;
}
