/* SPDX-License-Identifier: MIT
 * What a VM is made of: a file of the user's, or an image of the cache. */
#include "launcher/download/origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/disk/backing-own.h"
#include "launcher/download/download.h"
#include "launcher/download/openwrt.h"
#include "launcher/download/pull.h"
#include "launcher/image/look.h"
#include "launcher/image/name.h"

#define COPY_TIMEOUT (30 * 60 * 1000) /* ms: a large image on a slow disk */

static bool is_cached(const char *operand)
{
	OWNED_IMAGE_CACHE cache = IMAGE_CACHE_NONE;
	OWNED_MEMORY char *ignored = NULL;
	json_auto_t *image = NULL;

	if (!image_name_valid(operand) || image_cache_open(&cache, &ignored) < 0)
		return false;
	image = image_cache_read(&cache, operand);
	return image != NULL;
}

bool image_origin_is_image(const char *operand)
{
	return image_spec_is(operand) || is_cached(operand);
}

static int take_file(const char *path, struct image_origin *origin, char **reterr_text)
{
	OWNED_MEMORY char *doubled = text_double_commas(path);
	struct vm vm = {0};
	int r = image_check_file(path, reterr_text);

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

static int take_cached(
	const char *name, int signals, struct image_origin *origin, char **reterr_text)
{
	const char *format = NULL;
	int r = image_cache_open(&origin->cache, reterr_text);

	if (r < 0)
		return r;
	origin->lock = image_cache_lock(&origin->cache, name, signals, false, reterr_text);
	if (origin->lock < 0)
		return origin->lock;
	origin->image = image_cache_read(&origin->cache, name);
	if (origin->image == NULL)
		return text_fail(reterr_text, -ENOENT, "image '%s' has just been removed", name);
	format = image_text(origin->image, "format");
	origin->path = image_path(&origin->cache, origin->image);
	origin->cdrom = strcmp(format, "iso") == 0;
	origin->raw = strcmp(format, "qcow2") != 0;
	return 0;
}

static int take_openwrt(const char *operand, const struct arch *arch, int signals,
	struct image_origin *origin, char **reterr_text)
{
	OWNED_IMAGE_CACHE cache = IMAGE_CACHE_NONE;
	struct openwrt openwrt = {
		.mirror = OPENWRT_MIRROR,
		.max = PULL_SIZE_MAX,
		.timeout = DOWNLOAD_TIMEOUT,
		.signals = signals,
	};
	json_auto_t *image = NULL;
	int r = image_spec_parse(operand, arch, &openwrt.spec, reterr_text);

	if (r == 0)
		r = image_cache_open(&cache, reterr_text);
	if (r < 0)
		return r;
	image = openwrt_find(&cache, &openwrt.spec);
	if (image == NULL)
		r = openwrt_pull(&openwrt, &cache, &image, reterr_text);
	return r < 0 ? r : take_cached(image_text(image, "name"), signals, origin, reterr_text);
}

/* Is it a word, and not what files are called? */
static bool is_word(const char *operand)
{
	return strchr(operand, '.') == NULL && strchr(operand, '/') == NULL;
}

int image_origin_find(const char *operand, const struct arch *arch, int signals,
	struct image_origin *ret_origin, char **reterr_text)
{
	OWNED_IMAGE_ORIGIN origin = IMAGE_ORIGIN_NONE;
	struct stat st = {0};
	bool there = stat(operand, &st) == 0;
	bool file = there || strchr(operand, '/') != NULL;
	int r = 0;

	if (!there && image_spec_is(operand))
		r = take_openwrt(operand, arch, signals, &origin, reterr_text);
	else if (!file && is_cached(operand))
		r = take_cached(operand, signals, &origin, reterr_text);
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

void image_origin_free(struct image_origin *origin)
{
	if (origin->lock >= 0)
		image_cache_unlock(
			&origin->cache, image_text(origin->image, "name"), &origin->lock);
	json_decref(origin->image);
	image_cache_close(&origin->cache);
	free(origin->path);
}

static int lay_over(
	const struct image_origin *origin, const char *disk, int signals, char **reterr_text)
{
	char *const argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-b", origin->path, "-F",
		origin->raw ? "raw" : "qcow2", (char *)(uintptr_t)disk, NULL};

	return tool_run(argv, signals, COPY_TIMEOUT, NULL, reterr_text);
}

static int copy(const struct image_origin *origin, const char *disk, bool trust, int signals,
	char **reterr_text)
{
	OWNED_CHAIN chain = {0};
	char *const argv[] = {"qemu-img", "convert", "-q", "-f", origin->raw ? "raw" : "qcow2",
		"-O", "qcow2", origin->path, (char *)(uintptr_t)disk, NULL};
	int r = 0;

	if (access(origin->path, R_OK) < 0)
		return text_fail(
			reterr_text, -errno, "image '%s': %s", origin->path, strerror(errno));
	r = own_lead_check(origin->path, geteuid(), reterr_text);
	if (r < 0)
		return r;
	/* A guest that had the image must not get a file of the user's copied by it. */
	if (!origin->raw && !trust)
		r = backing_own_check_all(origin->path, reterr_text);
	if (!origin->raw && r == 0)
		r = backing_notes_check(origin->path, trust, &chain, reterr_text);
	return r < 0 ? r : tool_run(argv, signals, COPY_TIMEOUT, NULL, reterr_text);
}

int image_origin_fill(const struct image_origin *origin, const char *disk, bool trust, int signals,
	char **reterr_text)
{
	return origin->image != NULL ? lay_over(origin, disk, signals, reterr_text)
				     : copy(origin, disk, trust, signals, reterr_text);
}
