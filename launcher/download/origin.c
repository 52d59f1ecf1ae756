/* SPDX-License-Identifier: MIT
 * What a VM is made of: a file of the user's, or an image of the store. */
#include "launcher/download/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/download/openwrt.h"
#include "launcher/image/look.h"
#include "launcher/image/name.h"

static bool is_stored(const char *operand)
{
	OWNED_IMAGE_STORE store = IMAGE_STORE_NONE;
	OWNED_MEMORY char *ignored = NULL;
	json_auto_t *image = NULL;

	if (!image_name_valid(operand) || image_store_open(&store, &ignored) < 0)
		return false;
	image = image_store_read(&store, operand);
	return image != NULL;
}

bool image_origin_is_image(const char *operand)
{
	return image_spec_is(operand) || is_stored(operand);
}

static int take_file(const char *path, struct image_origin *origin, char **reterr_text)
{
	OWNED_MEMORY char *doubled = text_double_commas(path);
	struct vm vm = {0};
	struct stat st = {0};
	int r = image_check_file(path, reterr_text);

	if (r == 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		r = text_fail(reterr_text, -EISDIR, "'%s' is a directory, and no image", path);
	if (r == 0)
		r = vm_add_disk(&vm, doubled, reterr_text);
	if (r == 0)
		r = image_check_disks(&vm, reterr_text);
	if (r == 0) {
		origin->path = text_format("%s", path);
		origin->raw = vm.disks[0].format == VM_FORMAT_RAW;
	}
	vm_free(&vm);
	return r;
}

/* Hold an image of the store, of whatever kind. */
static int hold(const char *name, int signals, struct image_origin *origin, char **reterr_text)
{
	const char *format = NULL;
	int r = image_store_open(&origin->store, reterr_text);

	if (r < 0)
		return r;
	origin->lock = image_store_lock(&origin->store, name, signals, false, reterr_text);
	if (origin->lock < 0)
		return origin->lock;
	origin->image = image_store_read(&origin->store, name);
	if (origin->image == NULL)
		return text_fail(reterr_text, -ENOENT, "image '%s' has just been removed", name);
	format = image_text(origin->image, "format");
	origin->path = image_path(&origin->store, origin->image);
	origin->cdrom = strcmp(format, "iso") == 0;
	origin->raw = strcmp(format, "qcow2") != 0;
	origin->arch =
		image_spec_arch(image_text(json_object_get(origin->image, "openwrt"), "target"));
	return 0;
}

static int take_stored(
	const char *name, int signals, struct image_origin *origin, char **reterr_text)
{
	int r = hold(name, signals, origin, reterr_text);
	OWNED_MEMORY char *word = r < 0 ? NULL : shell_word(origin->path);

	if (r < 0 || image_is_disk(origin->image))
		return r;
	if (strcmp(image_text(origin->image, "format"), "tar") == 0)
		return text_fail(reterr_text, -EINVAL,
			"image '%s' is a tar, and no disk; 'owrun mkimage %s' makes one of it",
			name, word);
	return text_fail(reterr_text, -EINVAL,
		"image '%s' is a kernel, and no disk; '--kernel %s' starts it", name, word);
}

/* The name of an image that the spec means, which is pulled where there is none; the caller frees
 * it. */
static int find_or_pull(const struct image_spec *spec, const struct mirror *mirror, char **ret_name,
	char **reterr_text)
{
	OWNED_IMAGE_STORE store = IMAGE_STORE_NONE;
	json_auto_t *image = NULL;
	int r = image_store_open(&store, reterr_text);

	if (r < 0)
		return r;
	image = openwrt_find(&store, spec);
	if (image == NULL)
		r = openwrt_pull(mirror, spec, NULL, &store, &image, reterr_text);
	if (r < 0)
		return r;
	*ret_name = text_format("%s", image_text(image, "name"));
	return 0;
}

static int take_openwrt(const char *operand, const struct arch *arch, const struct mirror *mirror,
	struct image_origin *origin, char **reterr_text)
{
	OWNED_MEMORY char *name = NULL;
	struct image_spec spec = {0};
	int r = image_spec_parse(operand, arch, &spec, reterr_text);

	if (r == 0)
		r = find_or_pull(&spec, mirror, &name, reterr_text);
	return r < 0 ? r : take_stored(name, mirror->signals, origin, reterr_text);
}

/* Is it a word, and not what files are called? */
static bool is_word(const char *operand)
{
	return strchr(operand, '.') == NULL && strchr(operand, '/') == NULL;
}

int image_origin_find(const char *operand, const struct arch *arch, const struct mirror *mirror,
	struct image_origin *ret_origin, char **reterr_text)
{
	OWNED_IMAGE_ORIGIN origin = IMAGE_ORIGIN_NONE;
	struct stat st = {0};
	bool there = stat(operand, &st) == 0;
	bool file = there || strchr(operand, '/') != NULL;
	int r = 0;

	if (!there && image_spec_is(operand))
		r = take_openwrt(operand, arch, mirror, &origin, reterr_text);
	else if (!file && is_stored(operand))
		r = take_stored(operand, mirror->signals, &origin, reterr_text);
	else if (!file && is_word(operand))
		r = text_fail(reterr_text, -ENOENT,
			"there is neither a file nor an image '%s'; 'owrun images' lists those that were pulled",
			operand);
	else
		r = take_file(operand, &origin, reterr_text);
	if (r < 0)
		return r;
	*ret_origin = origin;
	origin = (struct image_origin)IMAGE_ORIGIN_NONE;
	return 0;
}

/* The kernel of the release that an image is of. */
static bool is_rootfs(const struct image_origin *origin, struct image_spec *ret_kernel)
{
	const json_t *about = json_object_get(origin->image, "openwrt");
	const char *version = image_text(about, "version"), *target = image_text(about, "target");

	if (strcmp(image_text(about, "type"), "rootfs") != 0 ||
		strlen(version) >= sizeof(ret_kernel->version) ||
		strlen(target) >= sizeof(ret_kernel->target))
		return false;
	*ret_kernel = (struct image_spec){.type = SPEC_KERNEL};
	memcpy(ret_kernel->version, version, strlen(version) + 1);
	memcpy(ret_kernel->target, target, strlen(target) + 1);
	return true;
}

int image_origin_find_kernel(const struct image_origin *origin, const struct mirror *mirror,
	struct image_origin *ret_kernel, char **reterr_text)
{
	OWNED_IMAGE_ORIGIN kernel = IMAGE_ORIGIN_NONE;
	OWNED_MEMORY char *name = NULL;
	struct image_spec spec = {0};
	int r = 0;

	if (!is_rootfs(origin, &spec))
		return 0;
	r = find_or_pull(&spec, mirror, &name, reterr_text);
	if (r == 0)
		r = hold(name, mirror->signals, &kernel, reterr_text);
	if (r < 0)
		return r;
	*ret_kernel = kernel;
	kernel = (struct image_origin)IMAGE_ORIGIN_NONE;
	return 0;
}

void image_origin_free(struct image_origin *origin)
{
	if (origin->lock >= 0)
		image_store_unlock(
			&origin->store, image_text(origin->image, "name"), &origin->lock);
	json_decref(origin->image);
	image_store_close(&origin->store);
	free(origin->path);
}
