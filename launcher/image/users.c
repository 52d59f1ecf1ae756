/* SPDX-License-Identifier: MIT
 * Which VMs stand on an image of the store. */
#include "launcher/image/users.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/file.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/disk/backing.h"
#include "launcher/home/vmdir.h"
#include "launcher/options/conf.h"
#include "launcher/options/resolve.h"

struct search {
	char *path; /* of the image */
	json_t *found;
};

static bool stands_on(const char *directory, const char *path)
{
	OWNED_MEMORY char *disk = text_format("%s/" VMDIR_DISK, directory);
	OWNED_CHAIN chain = {0};
	OWNED_MEMORY char *ignored = NULL;
	bool found = false;

	if (backing_follow(disk, &chain, &ignored) < 0)
		return false;
	for (size_t i = 0; i < chain.n; i++)
		found = found || file_same(chain.items[i].path, path);
	return found;
}

static bool names(const char *directory, const char *path)
{
	OWNED_SETTINGS settings = {0};
	OWNED_MEMORY char *ignored = NULL;
	OWNED_VMDIR vmdir = VMDIR_NONE;

	if (vmdir_open(directory, false, &vmdir, &ignored) < 0 ||
		conf_read(&vmdir, &settings, &ignored) < 0)
		return false;
	for (size_t i = 0; i < settings.n; i++)
		if (strstr(settings.items[i].text, path) != NULL)
			return true;
	return false;
}

static void add(struct search *search, const char *directory)
{
	for (size_t i = 0; i < json_array_size(search->found); i++)
		if (file_same(json_string_value(json_array_get(search->found, i)), directory))
			return;
	json_array_append_new(search->found, report_text(directory));
}

static void look_at(const char *name, const char *directory, void *context)
{
	struct search *search = context;

	(void)name;
	if (stands_on(directory, search->path) || names(directory, search->path))
		add(search, directory);
}

json_t *image_users(const struct image_store *store, const json_t *image)
{
	struct search search = {.path = image_path(store, image), .found = json_array()};
	const json_t *noted = json_object_get(image, "vms");

	if (search.found == NULL)
		abort();
	resolve_each(look_at, &search);
	for (size_t i = 0; i < json_array_size(noted); i++) {
		const char *directory = json_string_value(json_array_get(noted, i));

		if (directory != NULL)
			look_at("", directory, &search);
	}
	free(search.path);
	return search.found;
}

int image_note_user(const struct image_store *store, const json_t *image, const char *directory)
{
	OWNED_MEMORY char *note = text_format("%s.json", image_text(image, "name"));
	json_auto_t *changed = json_deep_copy(image);
	json_auto_t *users = image_users(store, image);

	if (changed == NULL)
		abort();
	json_array_append_new(users, report_text(directory));
	json_object_set(changed, "vms", users);
	return atomic_file_save(store->fd, note, changed);
}
