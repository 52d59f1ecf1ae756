/* SPDX-License-Identifier: MIT
 * Which file is below which qcow2 image, as owrun knows it. */
#include "launcher/disk/backing-notes.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/text.h"
#include "launcher/disk/backing-own.h"
#include "launcher/home/vmdir.h"

#define NOTES ".backing.json" /* no VM's directory has this name */
#define NONE "none"
#define OR "\n" /* between what an image says and will say: no name has it, as it is written */

/* The file while it is being looked at. */
struct notes {
	struct vmdir home; /* VMDIR_NONE: there is no place for it */
	char *problem;	   /* a sentence that says why */
	int lock;	   /* fd of that directory: others wait meanwhile */
	json_t *values;
	bool changed;
};

static void close_notes(struct notes *notes)
{
	cleanup_close(&notes->lock);
	vmdir_close(&notes->home);
	free(notes->problem);
	json_decref(notes->values);
}

#define NOTES_NONE \
	{ \
		.home = VMDIR_NONE, .lock = -1 \
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
	OWNED_MEMORY char *reason = NULL;
	int r = notes->home.fd < 0 ? -ENOENT
				   : vmdir_read(&notes->home, NOTES, &notes->values, &reason);

	if (r == -ENOENT)
		notes->values = json_object();
	if (r == -ENOENT || (r == 0 && valid(notes->values)))
		return 0;
	return text_fail(reterr_text, -EINVAL,
		"cannot use '%s/" NOTES
		"', which tells what is below which disk: %s; without it all disks are trusted as they are",
		notes->home.path, r < 0 ? reason : "it is not what owrun writes");
}

/* Returns 0, also where there is no place for the file; or -errno with a sentence. */
static int open_notes(struct notes *ret_notes, char **reterr_text)
{
	if (vmdir_home_make(&ret_notes->home, &ret_notes->problem) == 0)
		ret_notes->lock = vmdir_wait_lock(&ret_notes->home);
	return load(ret_notes, reterr_text);
}

static void save(const struct notes *notes)
{
	OWNED_MEMORY char *error = NULL;
	int r = notes->changed && notes->home.fd >= 0
			? atomic_file_save(notes->home.fd, NOTES, notes->values)
			: 0;

	if (r < 0)
		error = text_format(
			"cannot write '%s/" NOTES "': %s", notes->home.path, strerror(-r));
	if (r < 0 || (notes->changed && notes->home.fd < 0))
		text_say("it will not be noticed when QEMU changes what is below a disk: %s",
			r < 0 ? error : notes->problem);
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

/* Is it what the image said, or what owrun was about to have it say? */
static bool is_noted(const char *noted, const char *value)
{
	size_t first = strcspn(noted, OR);

	return (strlen(value) == first && strncmp(noted, value, first) == 0) ||
	       (noted[first] != '\0' && strcmp(noted + first + 1, value) == 0);
}

static int check_image(struct notes *notes, const char *image, const struct backing *backing,
	bool trust, char **reterr_text)
{
	OWNED_MEMORY char *key = key_of(image);
	OWNED_MEMORY char *value = value_of(backing);
	const char *old = json_string_value(json_object_get(notes->values, key));

	if (!trust && backing_own_check(image, old == NULL ? backing : NULL, reterr_text) < 0)
		return -EPERM;
	/* An image from elsewhere may name any file of the user's. */
	if (old == NULL && backing != NULL)
		text_say("disk '%s' has '%s' below it, which its guest can read%s", key, value,
			notes->home.fd < 0 ? ""
					   : "; that is noted, and no later start takes another");
	if (trust || old == NULL)
		set(notes, key, value);
	if (trust || old == NULL || is_noted(old, value))
		return 0;
	return text_fail(reterr_text, -EPERM,
		"disk '%s' has '%s' below it now, and had '%.*s': if it was not its guest who changed that, '--trust-backing' takes it as it is",
		key, value, (int)strcspn(old, OR), old);
}

int backing_notes_check(
	const char *image, bool trust, struct backing_chain *ret_chain, char **reterr_text)
{
	OWNED_NOTES notes = NOTES_NONE;
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

/* Note it, and in `next` what it is about to say, or NULL. */
static void note(const char *image, const char *next)
{
	OWNED_NOTES notes = NOTES_NONE;
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *key = key_of(image);
	OWNED_MEMORY char *now = NULL;
	OWNED_MEMORY char *value = NULL;
	struct backing backing = {0};
	int r = backing_read(image, &backing);

	if (r < 0)
		return;
	now = value_of(r == 0 ? NULL : &backing);
	value = text_format("%s%s%s", now, next == NULL ? "" : OR, next == NULL ? "" : next);
	backing_free(&backing);
	if (open_notes(&notes, &error) < 0) {
		text_say("%s", error);
		return;
	}
	set(&notes, key, value);
	save(&notes);
}

void backing_notes_made(const char *image)
{
	note(image, NULL);
}

void backing_notes_expect(const char *image, const struct backing *next)
{
	OWNED_MEMORY char *value = value_of(next);

	note(image, value);
}

/* The note's key under the directory's other path, which the caller frees; NULL: it is of another
 * directory. */
static char *moved(const char *key, const char *old, const char *new)
{
	size_t length = strlen(old);

	if (strncmp(key, old, length) != 0 || key[length] != '/')
		return NULL;
	return text_format("%s%s", new, key + length);
}

void backing_notes_moved(const char *directory, const char *old_name)
{
	OWNED_NOTES notes = NOTES_NONE;
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *to = key_of(directory);
	OWNED_MEMORY char *from =
		text_format("%.*s/%s", (int)(strrchr(to, '/') - to), to, old_name);
	const char *key = NULL;
	json_t *value = NULL, *kept = json_object();

	if (kept == NULL)
		abort();
	if (open_notes(&notes, &error) < 0)
		text_say("%s", error);
	json_object_foreach (notes.values, key, value) {
		OWNED_MEMORY char *other = moved(key, from, to);

		notes.changed = notes.changed || other != NULL;
		if (json_object_set(kept, other == NULL ? key : other, value) < 0)
			abort();
	}
	json_decref(notes.values);
	notes.values = kept;
	save(&notes);
}
