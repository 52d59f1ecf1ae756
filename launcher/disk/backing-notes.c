/* SPDX-License-Identifier: MIT
 * Which file is below which qcow2 image, as owrun knows it. */
#include "launcher/disk/backing-notes.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/home/vmdir.h"

#define NOTES ".backing.json" /* no VM's directory has this name */
#define NONE "none"

/* The file while it is being looked at. */
struct notes {
	char *path; /* NULL: there is no place for it */
	int lock;   /* fd of its directory: others wait meanwhile */
	json_t *values;
	bool changed;
};

static void close_notes(struct notes *notes)
{
	cleanup_close(&notes->lock);
	free(notes->path);
	json_decref(notes->values);
}

#define OWNED_NOTES __attribute__((cleanup(close_notes))) struct notes

static bool valid(json_t *values)
{
	const char *key = NULL;
	json_t *value = NULL;

	json_object_foreach (values, key, value)
		if (!json_is_string(value))
			return false;
	return json_is_object(values);
}

static int load(struct notes *notes, char **reterr_text)
{
	json_error_t error = {0};

	if (notes->path == NULL || (access(notes->path, F_OK) < 0 && errno == ENOENT)) {
		notes->values = json_object();
		return 0;
	}
	notes->values = json_load_file(notes->path, JSON_REJECT_DUPLICATES, &error);
	if (valid(notes->values))
		return 0;
	return text_fail(reterr_text, -EINVAL,
		"cannot use '%s', which tells what is below which disk: line %d: %s; without it all disks are trusted as they are",
		notes->path, error.line,
		notes->values == NULL ? error.text : "it is not what owrun writes");
}

/* Returns 0, also where there is no place for the file; or -errno with a sentence. */
static int open_notes(struct notes *ret_notes, char **reterr_text)
{
	OWNED_MEMORY char *home = vmdir_home();
	OWNED_MEMORY char *error = NULL;

	if (home != NULL && file_make_directory(home, &error) == 0) {
		ret_notes->path = text_format("%s/" NOTES, home);
		ret_notes->lock = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (ret_notes->lock >= 0)
			(void)!flock(ret_notes->lock, LOCK_EX);
	}
	return load(ret_notes, reterr_text);
}

static void save(const struct notes *notes)
{
	int r = notes->path == NULL ? -ENOENT : 0;

	if (r == 0 && notes->changed)
		r = atomic_file_save(notes->path, notes->values);
	if (r < 0 && notes->changed)
		text_say(
			"it will not be noticed when QEMU changes what is below a disk: cannot write '%s': %s",
			notes->path == NULL ? NOTES : notes->path, strerror(-r));
}

/* JSON has no names that are not UTF-8, and a terminal would act on what a guest has put into one:
 * all but printable ASCII is written %XX. The caller frees it. */
static char *encode(const char *text)
{
	char *encoded = text_format("%*s", (int)(3 * strlen(text)), ""), *at = encoded;

	for (; *text != '\0'; text++)
		if (*text >= ' ' && *text <= '~' && *text != '%')
			*at++ = *text;
		else
			at += snprintf(at, sizeof("%XX"), "%%%02X", (unsigned char)*text);
	*at = '\0';
	return encoded;
}

/* What one image says, as a note has it; NULL: nothing is below it. The caller frees it. */
static char *value_of(const struct backing *backing)
{
	OWNED_MEMORY char *name = encode(backing == NULL ? NONE : backing->name);

	if (backing == NULL)
		return text_format("%s", name);
	return text_format("%s:%s", backing->qcow2 ? "qcow2" : "raw", name);
}

/* What a note has for the image's name. The caller frees it. */
static char *key_of(const char *image)
{
	OWNED_MEMORY char *real = realpath(image, NULL);

	return encode(real == NULL ? image : real);
}

static void set(struct notes *notes, const char *key, const char *value)
{
	const char *old = json_string_value(json_object_get(notes->values, key));

	if (old != NULL && strcmp(old, value) == 0)
		return;
	notes->changed = true;
	if (json_object_set_new(notes->values, key, json_string(value)) < 0)
		abort();
}

static int check_image(struct notes *notes, const char *image, const struct backing *backing,
	bool trust, char **reterr_text)
{
	OWNED_MEMORY char *key = key_of(image);
	OWNED_MEMORY char *value = value_of(backing);
	const char *old = json_string_value(json_object_get(notes->values, key));

	/* An image from elsewhere may name any file of the user's. */
	if (old == NULL && backing != NULL)
		text_say(
			"disk '%s' has '%s' below it, which its guest can read; that is noted, and no later start takes another",
			key, value);
	if (trust || old == NULL || strcmp(old, value) == 0) {
		set(notes, key, value);
		return 0;
	}
	return text_fail(reterr_text, -EPERM,
		"disk '%s' has '%s' below it now, and had '%s': if it was not its guest who changed that, '--trust-backing' takes it as it is",
		key, value, old);
}

int backing_notes_check(
	const char *image, bool trust, struct backing_chain *ret_chain, char **reterr_text)
{
	OWNED_NOTES notes = {.lock = -1};
	int r = backing_follow(image, ret_chain, reterr_text);

	if (r == 0)
		r = open_notes(&notes, reterr_text);
	for (size_t i = 0; r == 0 && i < ret_chain->n; i++) {
		const struct backing *backing = &ret_chain->items[i];

		r = check_image(&notes, image, backing, trust, reterr_text);
		image = backing->path;
	}
	if (r == 0 && ret_chain->ends)
		r = check_image(&notes, image, NULL, trust, reterr_text);
	if (r == 0)
		save(&notes);
	return r;
}

void backing_notes_made(const char *image)
{
	OWNED_NOTES notes = {.lock = -1};
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *key = key_of(image);
	OWNED_MEMORY char *value = NULL;
	struct backing backing = {0};
	int r = backing_read(image, &backing);

	if (r < 0)
		return;
	value = value_of(r == 0 ? NULL : &backing);
	backing_free(&backing);
	if (open_notes(&notes, &error) < 0) {
		text_say("%s", error);
		return;
	}
	set(&notes, key, value);
	save(&notes);
}
