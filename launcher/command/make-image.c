/* SPDX-License-Identifier: MIT
 * The image that a VM which is kept is made of. */
#include "launcher/command/make-image.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/download/progress.h"
#include "launcher/edit/grow.h"
#include "launcher/image/users.h"
#include "launcher/options/table.h"

static const struct option_row *row_of(const char *key)
{
	return options_find_key(key, strlen(key));
}

static bool is_said(const struct settings *settings, const char *key)
{
	return settings_find(settings, row_of(key)) != NULL;
}

/* What is said of the VM, with what is made of the image. */
static void add_settings(
	const struct make_image *image, const char *directory, struct settings *settings)
{
	const struct image_origin *origin = &image->origin;
	OWNED_MEMORY char *path = origin->cdrom ? text_double_commas(origin->path) : NULL;

	settings_put_first(settings, row_of(origin->cdrom ? "cdrom" : "disk"),
		origin->cdrom ? path : VMDIR_DISK, directory);
	if (image->kernel.path != NULL)
		settings_put_first(settings, row_of("kernel"), image->kernel.path, directory);
	if (origin->arch != NULL && !is_said(settings, "arch") &&
		strcmp(origin->arch, arch_host()->name) != 0)
		settings_put_first(settings, row_of("arch"), origin->arch, directory);
}

/* What was said of a disk that is made. */
static int check_disk(const char *image, const struct options *options,
	const struct make_image *made, char **reterr_text)
{
	if (options->n_recipes > 0 && !made->disk)
		return text_fail(reterr_text, -EINVAL,
			"'--recipe' needs the image of a disk that the VM is made of");
	if (made->disk_size > 0 && image == NULL)
		return text_fail(reterr_text, -EINVAL,
			"'--disk-size' is about the disk that is made of an IMAGE, and none is given");
	if (made->disk_size > 0 && !made->disk)
		return text_fail(reterr_text, -EINVAL,
			"'--disk-size' is about a disk that is made, and '%s' is a CD", image);
	return 0;
}

int make_image_find(const char *image, struct options *options, const char *directory, int signals,
	struct make_image *ret_image, char **reterr_text)
{
	const struct arch *arch = options->vm.arch == NULL ? arch_host() : options->vm.arch;
	OWNED_MIRROR mirror = {0};
	int r = 0;

	ret_image->disk_size = options->disk_size;
	if (image == NULL)
		return check_disk(image, options, ret_image, reterr_text);
	mirror_init(&mirror, options, signals);
	r = image_origin_find(image, arch, &mirror, &ret_image->origin, reterr_text);
	if (r == 0 && !is_said(&options->settings, "kernel"))
		r = image_origin_find_kernel(
			&ret_image->origin, &mirror, &ret_image->kernel, reterr_text);
	if (r < 0)
		return r;
	ret_image->disk = !ret_image->origin.cdrom;
	add_settings(ret_image, directory, &options->settings);
	return check_disk(image, options, ret_image, reterr_text);
}

void make_image_free(struct make_image *image)
{
	image_origin_free(&image->origin);
	image_origin_free(&image->kernel);
}

/* The image is not removed while a VM stands on it. */
static int note_user(const struct image_origin *origin, const char *directory, char **reterr_text)
{
	int r = origin->image == NULL ? 0
				      : image_note_user(&origin->store, origin->image, directory);

	return r < 0 ? text_fail(reterr_text, r, "cannot note in '%s' who stands on '%s': %s",
			       origin->store.path, origin->path, strerror(-r))
		     : 0;
}

int make_image_note(const struct make_image *image, const char *directory, char **reterr_text)
{
	int r = note_user(&image->origin, directory, reterr_text);

	return r < 0 ? r : note_user(&image->kernel, directory, reterr_text);
}

int make_image_fill(
	struct make_image *image, const char *disk, bool trust, int signals, char **reterr_text)
{
	const struct image_origin *origin = &image->origin;
	const struct grow grow = {
		.disk = disk,
		.below = origin->image == NULL ? NULL : origin->path,
		.raw = origin->raw,
		.size = image->disk_size,
		.signals = signals,
	};
	int r = image_origin_fill(origin, disk, trust, signals, reterr_text);

	if (r < 0 || image->disk_size == 0)
		return r;
	r = grow_disk(&grow, reterr_text);
	image->root_grown = r > 0;
	return r < 0 ? r : 0;
}

void make_image_tell(const struct make_image *image, const char *name)
{
	OWNED_MEMORY char *size = progress_bytes(image->disk_size);

	if (image->root_grown)
		text_say("the disk of VM '%s' has %s now, and its root file system fills it", name,
			size);
	else if (image->disk_size > 0)
		text_say(
			"the disk of VM '%s' has %s now, and its file system what it had; 'owrun help openwrt' has the lines that grow it in the guest",
			name, size);
}
