/* SPDX-License-Identifier: MIT
 * VMs that have ended: what is kept of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/home/ended-private.h"
#include "launcher/home/state-home.h"

/* "NAME@STAMP" of a file's name; false where that is none of them. */
static bool read_stem(const char *file, struct ended_stem *ret_stem)
{
	const char *at = strchr(file, '@');
	size_t length = at == NULL ? 0 : (size_t)(at - file) + 1 + ENDED_STAMP_LENGTH;

	if (length == 0 || length >= sizeof(ret_stem->text) || strlen(file) <= length ||
		file[length] != '.')
		return false;
	memcpy(ret_stem->text, file, length);
	ret_stem->text[length] = '\0';
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct ended_stem *first = a, *second = b;
	int r = strcmp(strchr(first->text, '@'), strchr(second->text, '@'));

	return r != 0 ? r : strcmp(first->text, second->text);
}

struct ended_stem *ended_list(int directory, size_t *ret_n)
{
	struct dirent **entries = NULL;
	int n = file_names(directory, ".", &entries);
	struct ended_stem *stems = calloc((size_t)(n < 0 ? 0 : n) + 1, sizeof(*stems));
	size_t used = 0;

	if (stems == NULL)
		abort();
	for (int i = 0; i < n; i++) {
		/* Files of one end follow each other. */
		if (read_stem(entries[i]->d_name, &stems[used]) &&
			(used == 0 || strcmp(stems[used].text, stems[used - 1].text) != 0))
			used++;
		free(entries[i]);
	}
	free(entries);
	qsort(stems, used, sizeof(*stems), compare);
	*ret_n = used;
	return stems;
}

bool ended_is_of(const struct ended_stem *stem, const char *name)
{
	size_t length = strlen(name);

	return strncmp(stem->text, name, length) == 0 && stem->text[length] == '@';
}

void ended_drop(const struct vmdir *place, const struct ended_stem *stem)
{
	struct dirent **entries = NULL;
	int n = file_names(place->fd, ".", &entries);

	for (int i = 0; i < n; i++) {
		struct ended_stem other = {0};

		if (read_stem(entries[i]->d_name, &other) && strcmp(other.text, stem->text) == 0)
			(void)!vmdir_unlink(place, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

/* The `back`th last end of the VM that is complete. */
static bool choose(
	const struct vmdir *place, const char *name, uint32_t back, struct ended_stem *ret_stem)
{
	size_t n = 0;
	OWNED_MEMORY struct ended_stem *stems = ended_list(place->fd, &n);

	while (n-- > 0) {
		OWNED_MEMORY char *note = text_format("%s.json", stems[n].text);

		if (!ended_is_of(&stems[n], name) || !vmdir_has(place, note) || --back > 0)
			continue;
		*ret_stem = stems[n];
		return true;
	}
	return false;
}

static int say_none(const char *name, uint32_t back, char **reterr_text)
{
	return text_fail(reterr_text, -ESRCH,
		"VM '%s' has no log number %u; 1 is that of its last end, and %d are kept", name,
		back, ENDED_PER_VM);
}

int ended_open(const char *name, uint32_t back, const char *file, struct ended *ret_ended,
	char **reterr_text)
{
	OWNED_VMDIR place = VMDIR_NONE;
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *note = NULL;
	OWNED_MEMORY char *log = NULL;
	json_auto_t *noted = NULL;
	struct ended_stem stem = {0};
	int r = state_home_open(ENDED_PLACE, &place, &error);

	if (r < 0 && r != -ENOENT)
		return text_fail(reterr_text, r, "%s", error);
	if (back == 0 || r < 0 || !choose(&place, name, back, &stem))
		return say_none(name, back, reterr_text);
	note = text_format("%s.json", stem.text);
	log = text_format("%s.%s", stem.text, file);
	(void)!vmdir_read(&place, note, &noted, &error);
	ended_of_json(noted, ret_ended);
	free(error);
	error = NULL;
	r = vmdir_open_file(&place, log, SIZE_MAX, &error);
	return r < 0 ? text_fail(reterr_text, r, "'%s/%s': %s", place.path, log, error) : r;
}

void ended_renamed(const char *old, const char *new)
{
	OWNED_VMDIR place = VMDIR_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct dirent **entries = NULL;
	int r = state_home_open(ENDED_PLACE, &place, &ignored);
	int n = r < 0 ? 0 : file_names(place.fd, ".", &entries);

	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		OWNED_MEMORY char *other = text_format("%s%s", new, name + strcspn(name, "@"));
		struct ended_stem stem = {0};

		if (read_stem(name, &stem) && ended_is_of(&stem, old) &&
			vmdir_link(&place, name, other) == 0)
			(void)!vmdir_unlink(&place, name);
		free(entries[i]);
	}
	free(entries);
}

bool ended_forget(const char *name)
{
	OWNED_VMDIR place = VMDIR_NONE;
	OWNED_MEMORY char *ignored = NULL;
	OWNED_MEMORY struct ended_stem *stems = NULL;
	bool found = false;
	size_t n = 0;

	if (state_home_open(ENDED_PLACE, &place, &ignored) < 0)
		return false;
	stems = ended_list(place.fd, &n);
	for (size_t i = 0; i < n; i++)
		if (ended_is_of(&stems[i], name)) {
			ended_drop(&place, &stems[i]);
			found = true;
		}
	return found;
}
