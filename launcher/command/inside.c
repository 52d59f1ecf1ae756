/* SPDX-License-Identifier: MIT
 * The image whose inside a command is about: a file, an image of the store, or the disk of a VM. */
#include "launcher/command/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/disk/overlay.h"
#include "launcher/disk/use.h"
#include "launcher/edit/inject.h"
#include "launcher/edit/look.h"
#include "launcher/edit/recipe.h"
#include "launcher/image/look.h"
#include "launcher/image/store.h"
#include "launcher/options/description.h"

#define RELEASE_MAX 4096 /* bytes of a file that says so */

static int say_stored(const char *name, char **reterr_text)
{
	return text_fail(reterr_text, -EROFS,
		"image '%s' is of the store, and VMs stand on it; 'owrun create VM %s' makes a VM, whose disk can be changed",
		name, name);
}

/* Is the file in the directory of the store? */
static bool is_in_store(const char *path)
{
	OWNED_IMAGE_STORE store = IMAGE_STORE_NONE;
	OWNED_MEMORY char *ignored = NULL;
	OWNED_MEMORY char *real = realpath(path, NULL);
	char *slash = real == NULL ? NULL : strrchr(real, '/');

	if (slash == NULL || image_store_open(&store, &ignored) < 0)
		return false;
	*slash = '\0';
	return file_same(real, store.path);
}

static int find_file(const char *path, bool write, struct edit_disk *disk, struct inside *inside,
	char **reterr_text)
{
	OWNED_FD fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	enum image_kind kind = IMAGE_RAW;
	int r = fd < 0 ? -errno : image_look(fd, &kind);

	if (r < 0)
		return text_fail(reterr_text, r, "image '%s': %s", path, strerror(-r));
	if (kind != IMAGE_RAW && kind != IMAGE_QCOW2)
		return image_check_file(path, reterr_text);
	if (write && is_in_store(path))
		return say_stored(path, reterr_text);
	disk->qcow2 = kind == IMAGE_QCOW2;
	inside->path = text_format("%s", path);
	return 0;
}

/* An image of the store is looked at where it is. */
static int find_stored(const char *name, bool write, struct edit_disk *disk, struct inside *inside,
	char **reterr_text)
{
	OWNED_IMAGE_STORE store = IMAGE_STORE_NONE;
	json_auto_t *image = NULL;
	int r = image_store_open(&store, reterr_text);

	if (r < 0)
		return r;
	image = image_store_read(&store, name);
	if (image == NULL)
		return text_fail(reterr_text, -ENOENT,
			"there is neither a VM, nor a file, nor an image '%s'; 'owrun ls' and 'owrun images' list them",
			name);
	if (write)
		return say_stored(name, reterr_text);
	disk->qcow2 = strcmp(image_text(image, "format"), "qcow2") == 0;
	inside->path = image_path(&store, image);
	return 0;
}

static const struct vm_disk *first_disk(const struct vm *vm)
{
	for (size_t i = 0; i < vm->n_disks; i++)
		if (!vm->disks[i].cdrom)
			return &vm->disks[i];
	return NULL;
}

/* The disk of a VM that does not run, and does not start meanwhile. */
static int find_vm(struct options *options, bool write, struct edit_disk *disk,
	struct inside *inside, char **reterr_text)
{
	struct runtime_places places = {0};
	const struct vm_disk *first = NULL;
	int r = description_load(options, &inside->vmdir, reterr_text);

	runtime_places_init(&places);
	if (r == 0)
		r = vm_complete(&options->vm, places.uid, reterr_text);
	if (r == 0)
		r = vm_lock_take(options->vm.name, &inside->vmdir, &inside->lock, reterr_text);
	if (r == 0)
		r = overlay_apply(&options->vm, &inside->vmdir, reterr_text);
	if (r == 0)
		r = disk_use_check(&options->vm, &places, reterr_text);
	if (r < 0)
		return r;
	first = first_disk(&options->vm);
	if (first == NULL)
		return text_fail(reterr_text, -ENOENT, "VM '%s' has no disk", options->vm.name);
	if (write && vmdir_has(&inside->vmdir, VMDIR_SNAPSHOTS))
		return text_fail(reterr_text, -EBUSY,
			"VM '%s' has snapshots, and what they froze cannot be changed under them",
			options->vm.name);
	disk->qcow2 = first->format == VM_FORMAT_QCOW2;
	disk->below = EDIT_NOTED;
	inside->path = text_format("%s", first->path);
	return 0;
}

/* Does a VM that was created have the operand? */
static bool is_vm(const char *operand)
{
	return vmdir_created(operand) || (strchr(operand, '/') != NULL && vmdir_has_conf(operand));
}

int inside_open(struct options *options, bool write, int signals, struct inside *ret_inside,
	char **reterr_text)
{
	struct edit_disk disk = {.trust_backing = options->trust_backing, .signals = signals};
	const char *operand = options->operand;
	int r = 0;

	*ret_inside = (struct inside)INSIDE_NONE;
	if (description_is_image(operand))
		r = find_file(operand, write, &disk, ret_inside, reterr_text);
	else if (is_vm(operand))
		r = find_vm(options, write, &disk, ret_inside, reterr_text);
	else
		r = find_stored(operand, write, &disk, ret_inside, reterr_text);
	disk.path = ret_inside->path;
	return r < 0 ? r : edit_open(&disk, write, &ret_inside->edit, reterr_text);
}

void inside_close(struct inside *inside)
{
	edit_close(&inside->edit);
	vm_lock_release(&inside->lock);
	vmdir_close(&inside->vmdir);
	free(inside->path);
}

int inside_split(const char *word, char **ret_image, const char **ret_path, char **reterr_text)
{
	const char *colon = strstr(word, ":/");

	if (colon == NULL || colon == word)
		return text_fail(reterr_text, -EINVAL,
			"'%s' is not IMAGE:/PATH, with a path from the image's root", word);
	*ret_image = text_format("%.*s", (int)(colon - word), word);
	*ret_path = colon + 1;
	return 0;
}

int inside_check_recipes(const struct options *options, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < options->n_recipes; i++)
		r = recipe_check(options->recipes[i], reterr_text);
	return r;
}

char *inside_router_address(const struct options *options)
{
	static const char recipe[] = "lan-ip=";
	const size_t length = strlen(recipe);

	for (size_t i = 0; i < options->n_recipes; i++) {
		const char *value = options->recipes[i] + length;

		if (strncmp(options->recipes[i], recipe, length) == 0)
			return text_format("%.*s", (int)strcspn(value, "/"), value);
	}
	return NULL;
}

static int inject(const struct options *options, const struct source *sources, size_t n,
	const struct edit *edit, char **reterr_text)
{
	OWNED_MEMORY struct source *all = calloc(n + options->n_recipes + 1, sizeof(*all));
	OWNED_MEMORY char *release =
		options->n_recipes == 0 ? NULL : look_read(edit, RECIPE_RELEASE, RELEASE_MAX);
	enum recipe_syntax syntax = recipe_syntax_of(release == NULL ? "" : release);
	struct inject inject = {.sources = all, .uid = options->owner, .gid = options->group};
	struct recipe_made made[OPTIONS_RECIPES_MAX] = {0};
	int r = 0;

	if (all == NULL)
		abort();
	if (n > 0)
		memcpy(all, sources, n * sizeof(*sources));
	for (size_t i = 0; r == 0 && i < options->n_recipes; i++) {
		r = recipe_make(options->recipes[i], syntax, &made[i], reterr_text);
		all[n + i] = (struct source){.path = made[i].directory,
			.text = made[i].script,
			.destination = made[i].destination};
	}
	inject.n = n + options->n_recipes;
	if (r == 0)
		r = inject_all(&inject, edit, reterr_text);
	for (size_t i = 0; i < options->n_recipes; i++)
		recipe_free(&made[i]);
	return r;
}

int inside_change(const struct options *options, const struct source *sources, size_t n,
	struct edit *edit, char **reterr_text)
{
	int r = inject(options, sources, n, edit, reterr_text);

	if (r == 0)
		r = edit_commit(edit, reterr_text);
	if (r == 0 && edit->stood && edit->disk.below == EDIT_NOTED)
		text_say("'%s' is all there now, and stands on no other image", edit->disk.path);
	return r;
}

int inside_look(struct options *options, enum look_kind kind, int signals, char **ret_image,
	struct inside *ret_inside, struct look *ret_look, char **reterr_text)
{
	const char *path = NULL;
	int r = inside_split(options->operand, ret_image, &path, reterr_text);

	if (r < 0)
		return r;
	options->operand = *ret_image;
	r = inside_open(options, false, signals, ret_inside, reterr_text);
	return r == 0 ? look_start(&ret_inside->edit, path, kind, ret_look, reterr_text) : r;
}
