/* SPDX-License-Identifier: MIT
 * Pulling an image into the store, from a URL or a file. */
#include "launcher/download/pull.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/download/fetch.h"
#include "launcher/download/private.h"
#include "launcher/image/convert.h"
#include "launcher/image/name.h"

/* Can there be a disk of what came out? */
static int check_kind(const struct pull_work *work, char **reterr_text)
{
	const char *source = work->pull->source;
	enum pull_what what = work->pull->what;

	if (what != PULL_IMAGE && work->kind != (what == PULL_TAR ? IMAGE_TAR : IMAGE_RAW))
		return text_fail(reterr_text, -EBADMSG, "'%s' is %s, and no %s", source,
			image_kind_words(work->kind), what == PULL_TAR ? "tar" : "kernel");
	if (what != PULL_IMAGE)
		return 0;
	switch (work->kind) {
	case IMAGE_GZIP:
	case IMAGE_XZ:
	case IMAGE_ZSTD:
	case IMAGE_ZIP:
		return text_fail(reterr_text, -EBADMSG,
			"'%s' holds something that is packed once more; unpack it, and pull what comes out",
			source);
	case IMAGE_TAR:
	case IMAGE_PAGE:
		return text_fail(reterr_text, -EBADMSG, "'%s' is %s, and no image", source,
			image_kind_words(work->kind));
	case IMAGE_RAW:
	case IMAGE_QCOW2:
	case IMAGE_VDI:
	case IMAGE_VMDK:
	case IMAGE_VHDX:
	case IMAGE_ISO:
		break;
	}
	return 0;
}

static int convert(struct pull_work *work, char **reterr_text)
{
	const struct image_store *store = work->store;
	OWNED_MEMORY char *from = text_format("%s/%s", store->path, work->fresh);
	OWNED_MEMORY char *to = text_format("%s/%s", store->path, work->converted);
	OWNED_MEMORY char *error = NULL;
	OWNED_FD fd = pull_make_file(store, work->converted, reterr_text);
	int r = fd < 0 ? fd
		       : convert_image(from, work->kind, to, work->pull->max, work->pull->signals,
				 &error);

	if (fd < 0)
		return r;
	if (r < 0 && r != -EINTR)
		return text_fail(reterr_text, r, "'%s' %s", work->pull->source, error);
	return r < 0 ? text_fail(reterr_text, r, "%s", error) : 0;
}

static json_t *note_of(const struct pull_work *work, const char *file, const char *format)
{
	const struct pull *pull = work->pull;
	OWNED_MEMORY char *source = image_name_plain(pull->source);
	const char *verified = pull->sha256 == NULL ? NULL : pull->verified;
	json_t *note = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s?, s:I}", "name", pull->name, "file",
		file, "format", format, "source", source, "sha256", work->sha256, "verified",
		verified, "time", (json_int_t)time(NULL));

	if (note != NULL && pull->about != NULL)
		json_object_set_new(note, "openwrt", json_deep_copy(pull->about));
	return note;
}

/* Give the file, which is complete, its name; then the note. */
static int publish(struct pull_work *work, const char *made, const char *format, json_t **ret_image,
	char **reterr_text)
{
	const struct image_store *store = work->store;
	const char *suffix = strcmp(format, "raw") == 0 ? "img" : format;
	OWNED_MEMORY char *file = text_format("%s.%s", work->pull->name, suffix);
	OWNED_MEMORY char *note = text_format("%s.json", work->pull->name);
	OWNED_FD fd = openat(store->fd, made, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	json_t *image = note_of(work, file, format);
	int r = 0;

	if (image == NULL)
		return text_fail(reterr_text, -EINVAL, "'%s' has bytes that are not UTF-8 text",
			work->pull->source);
	if (fd < 0 || fchmod(fd, S_IRUSR) < 0 || fsync(fd) < 0 ||
		renameat(store->fd, made, store->fd, file) < 0)
		r = -errno;
	if (r == 0)
		r = atomic_file_save(store->fd, note, image);
	if (r < 0) {
		json_decref(image);
		return text_fail(
			reterr_text, r, "cannot keep '%s/%s': %s", store->path, file, strerror(-r));
	}
	*ret_image = image;
	return 0;
}

static const char *format_of(const struct pull_work *work)
{
	switch (work->pull->what) {
	case PULL_KERNEL:
		return "kernel";
	case PULL_TAR:
		return "tar";
	case PULL_IMAGE:
		break;
	}
	return work->kind == IMAGE_ISO ? "iso" : work->kind == IMAGE_RAW ? "raw" : "qcow2";
}

static int finish(struct pull_work *work, json_t **ret_image, char **reterr_text)
{
	bool whole = work->pull->what != PULL_IMAGE || work->kind == IMAGE_RAW ||
		     work->kind == IMAGE_ISO;
	int r = check_kind(work, reterr_text);

	if (r == 0 && !whole)
		r = convert(work, reterr_text);
	if (r < 0)
		return r;
	return publish(work, whole ? work->fresh : work->converted, format_of(work), ret_image,
		reterr_text);
}

static int pull_locked(struct pull_work *work, json_t **ret_image, char **reterr_text)
{
	const char *name = work->pull->name;
	bool resumed = false;
	int r = pull_take(work, &resumed, reterr_text);

	/* Its beginning and its end may be of two files. */
	if (r == -EBADMSG && resumed) {
		if (!work->pull->quiet)
			text_say("%s; trying again from its beginning", *reterr_text);
		fetch_forget(work->store, name);
		r = pull_take(work, &resumed, reterr_text);
	}
	if (r == 0)
		r = finish(work, ret_image, reterr_text);
	if (r == 0 || (r != -EAGAIN && r != -EINTR))
		fetch_forget(work->store, name);
	(void)!unlinkat(work->store->fd, work->fresh, 0);
	(void)!unlinkat(work->store->fd, work->converted, 0);
	return r;
}

/* Is the image that has the name the one that is wanted? */
static int check_there(const struct pull *pull, const json_t *there, char **reterr_text)
{
	OWNED_MEMORY char *word = shell_word(pull->name);
	OWNED_MEMORY char *source = image_name_plain(pull->source);

	if (strcmp(image_text(there, "source"), source) == 0 &&
		(pull->sha256 == NULL ||
			strcasecmp(image_text(there, "sha256"), pull->sha256) == 0))
		return 1;
	return text_fail(reterr_text, -EEXIST,
		"image '%s' is there already, from '%s'; '--name' gives this one another, and 'owrun images rm %s' removes that one",
		pull->name, image_text(there, "source"), word);
}

int image_pull(const struct pull *pull, const struct image_store *store, json_t **ret_image,
	char **reterr_text)
{
	struct pull_work work = {.pull = pull, .store = store};
	int lock = image_store_lock(store, pull->name, pull->signals, pull->quiet, reterr_text);
	json_t *there = lock < 0 ? NULL : image_store_read(store, pull->name);
	int r = lock;

	if (there != NULL) {
		r = check_there(pull, there, reterr_text);
	} else if (lock >= 0) {
		work.fresh = text_format(".%s.new", pull->name);
		work.converted = text_format(".%s.qcow2.new", pull->name);
		r = pull_locked(&work, ret_image, reterr_text);
		free(work.fresh);
		free(work.converted);
	}
	if (r > 0)
		*ret_image = there;
	else
		json_decref(there);
	image_store_unlock(store, pull->name, &lock);
	return r;
}
