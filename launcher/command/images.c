/* SPDX-License-Identifier: MIT
 * `owrun images`: the images that were pulled, and which VMs stand on them. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/download/progress.h"
#include "launcher/image/store.h"
#include "launcher/image/users.h"

static const struct report_column columns[] = {
	{"name", "NAME"},
	{"size", "SIZE"},
	{"verified", "VERIFIED"},
	{"vms", "VMS"},
	{"source", "SOURCE"},
	{0},
};

/* The last part of each path is the name of the VM. */
static json_t *names_of(const json_t *directories)
{
	json_t *names = json_array();

	for (size_t i = 0; i < json_array_size(directories); i++) {
		const char *path = json_string_value(json_array_get(directories, i));
		const char *slash = strrchr(path, '/');

		json_array_append_new(names, json_string(slash == NULL ? path : slash + 1));
	}
	return names;
}

static json_t *row_of(const struct image_store *store, const json_t *image, bool json)
{
	OWNED_MEMORY char *path = image_path(store, image);
	uint64_t size = image_disk_size(store, image);
	OWNED_MEMORY char *words = progress_bytes(size);
	json_auto_t *users = image_users(store, image);
	json_t *row = json_copy((json_t *)(uintptr_t)image);

	if (row == NULL)
		abort();
	json_object_del(row, "file");
	json_object_set_new(row, "path", report_text(path));
	json_object_set_new(
		row, "size", json ? json_integer((json_int_t)size) : json_string(words));
	json_object_set_new(row, "vms", json ? json_incref(users) : names_of(users));
	return row;
}

static int list(const struct image_store *store, bool json)
{
	json_auto_t *images = image_store_list(store);
	json_auto_t *rows = json_array();

	for (size_t i = 0; i < json_array_size(images); i++)
		json_array_append_new(rows, row_of(store, json_array_get(images, i), json));
	report_print(rows, columns, json, stdout);
	return 0;
}

static int remove_locked(const struct image_store *store, const char *name, char **reterr_text)
{
	json_auto_t *image = image_store_read(store, name);
	json_auto_t *users = image == NULL ? NULL : image_users(store, image);
	uint64_t size = image == NULL ? 0 : image_disk_size(store, image);
	OWNED_MEMORY char *words = progress_bytes(size);
	int r = 0;

	if (image == NULL)
		return text_fail(reterr_text, -ENOENT,
			"there is no image '%s'; 'owrun images' lists those that there are", name);
	if (json_array_size(users) > 0)
		return text_fail(reterr_text, -EBUSY,
			"image '%s' is needed by the VM in '%s'; 'owrun rm' removes a VM", name,
			json_string_value(json_array_get(users, 0)));
	r = image_store_remove(store, image);
	if (r < 0)
		return text_fail(
			reterr_text, r, "cannot remove image '%s': %s", name, strerror(-r));
	text_print(stdout, "%s: removed, %s", name, words);
	return 0;
}

static int remove_image(const struct image_store *store, const char *name, char **reterr_text)
{
	int lock = -1, r = 0;

	/* A lock is a file of that name. */
	if (strchr(name, '/') != NULL)
		return text_fail(reterr_text, -ENOENT, "there is no image '%s'", name);
	lock = image_store_lock(store, name, -1, false, reterr_text);
	if (lock < 0)
		return lock;
	r = remove_locked(store, name, reterr_text);
	image_store_unlock(store, name, &lock);
	return r;
}

static void tell_part(const char *name, uint64_t bytes)
{
	OWNED_MEMORY char *words = progress_bytes(bytes);

	text_print(stdout, "%s: removed what a pull has left, %s", name, words);
}

static int prune(const struct image_store *store, char **reterr_text)
{
	json_auto_t *images = image_store_list(store);
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_array_size(images); i++) {
		const json_t *image = json_array_get(images, i);
		json_auto_t *users = image_users(store, image);

		if (json_array_size(users) == 0)
			r = remove_image(store, image_text(image, "name"), reterr_text);
	}
	if (r == 0)
		image_store_remove_parts(store, tell_part);
	return r;
}

static int act(const struct options *options, const struct image_store *store, char **reterr_text)
{
	const char *what = options->operand == NULL ? "ls" : options->operand;

	if (strcmp(what, "rm") == 0)
		return remove_image(store, options->rest[0], reterr_text);
	if (strcmp(what, "prune") == 0)
		return prune(store, reterr_text);
	return list(store, options->json);
}

int images_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_IMAGE_STORE store = IMAGE_STORE_NONE;
	int r = image_store_open(&store, &error);

	if (r == 0)
		r = act(options, &store, &error);
	return text_exit_status(r, error);
}
