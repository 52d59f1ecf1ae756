/* SPDX-License-Identifier: MIT
 * vm.conf: a VM's settings as an INI file.
 *
 * It is read here, and by no library: inih, which Debian has, cuts lines at 200 bytes and takes
 * what follows " ;" for a comment, and paths may be long and have both. */
#include "launcher/options/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/home/unfinished.h"
#include "launcher/options/table.h"

#define SPACES " \t\r\v\f\n" /* around keys and values */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* A file being read. */
struct conf {
	const char *directory;
	const char *path;
	unsigned int number; /* of the line, from 1 */
	struct settings *settings;
	char **reterr_text;
};

static int fail(struct conf *conf, const char *sentence)
{
	return text_fail(
		conf->reterr_text, -EINVAL, "%s:%u: %s", conf->path, conf->number, sentence);
}

static int unknown_key(struct conf *conf, const char *key)
{
	const char *nearest = options_nearest_key(key);
	OWNED_MEMORY char *text = NULL;

	if (nearest != NULL)
		text = text_format("there is no key '%s'; did you mean '%s'?", key, nearest);
	else
		text = text_format("there is no key '%s'; 'owrun help options' lists them", key);
	return fail(conf, text);
}

static int doubled_key(struct conf *conf, const struct setting *first)
{
	OWNED_MEMORY char *text = text_format("key '%s' is given twice, first in line %s",
		first->row->name, strrchr(first->origin, ':') + 1);

	return fail(conf, text);
}

static int take_key(struct conf *conf, const char *key, const char *value)
{
	const struct option_row *row = options_find_key(key, strlen(key));
	OWNED_MEMORY char *origin = text_format("%s:%u", conf->path, conf->number);
	const struct setting *first = NULL;

	if (row == NULL)
		return unknown_key(conf, key);
	first = settings_find(conf->settings, row);
	if (first != NULL && !(row->flags & OPTION_REPEATS))
		return doubled_key(conf, first);
	if (*value == '\0' && !(row->flags & OPTION_EMPTY)) {
		OWNED_MEMORY char *text = text_format("key '%s' needs a value: %s", key,
			row->value == NULL ? "yes or no" : row->value);

		return fail(conf, text);
	}
	settings_add(conf->settings, row, value, conf->directory, origin);
	return 0;
}

/* The text without spaces around it, which may be cut off at its end. */
static char *strip(char *text)
{
	size_t length = 0;

	text += strspn(text, SPACES);
	for (length = strlen(text); length > 0 && strchr(SPACES, text[length - 1]) != NULL;)
		text[--length] = '\0';
	return text;
}

enum conf_line conf_split(char *line, bool first, char **ret_key, char **ret_value)
{
	char *key = line, *value = NULL;

	if (first && strncmp(line, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		key += strlen(BYTE_ORDER_MARK);
	key = strip(key);
	if (*key == '\0' || *key == '#' || *key == ';')
		return CONF_LINE_COMMENT;
	value = strpbrk(key, "=:");
	if (*key == '[' || value == NULL)
		return *key == '[' ? CONF_LINE_SECTION : CONF_LINE_NONSENSE;
	*value++ = '\0';
	*ret_key = strip(key);
	*ret_value = strip(value);
	return CONF_LINE_KEY;
}

static int take_line(struct conf *conf, char *line, size_t length)
{
	char *key = NULL, *value = NULL;

	if (memchr(line, '\0', length) != NULL)
		return fail(conf, "there is a NUL byte in the line");
	switch (conf_split(line, conf->number == 1, &key, &value)) {
	case CONF_LINE_SECTION:
		return fail(conf, "vm.conf has no sections");
	case CONF_LINE_NONSENSE:
		return fail(conf, "this is neither 'key = value' nor a comment");
	case CONF_LINE_KEY:
		return take_key(conf, key, value);
	case CONF_LINE_COMMENT:
		break;
	}
	return 0;
}

/* Returns -errno with a sentence where there is no file that is believed. */
static int open_file(
	const struct vmdir *vmdir, const char *path, FILE **ret_stream, char **reterr_text)
{
	OWNED_MEMORY char *reason = NULL;
	OWNED_FD fd = vmdir_open_file(vmdir, VMDIR_CONF, CONF_SIZE_MAX, &reason);

	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot read '%s': %s%s", path, reason,
			fd == -EPERM ? VMDIR_WAY_OUT : "");
	*ret_stream = fdopen(fd, "r");
	if (*ret_stream == NULL)
		abort();
	cleanup_steal_fd(&fd);
	return 0;
}

/* Closes the stream. */
static int read_stream(FILE *stream, const char *directory, const char *path,
	struct settings *settings, char **reterr_text)
{
	struct conf conf = {
		.directory = directory,
		.path = path,
		.settings = settings,
		.reterr_text = reterr_text,
	};
	OWNED_MEMORY char *line = NULL;
	size_t size = 0;
	ssize_t length = 0;
	int r = 0;

	while (r == 0 && (length = getline(&line, &size, stream)) >= 0) {
		conf.number++;
		r = take_line(&conf, line, (size_t)length);
	}
	if (r == 0 && ferror(stream))
		r = text_fail(reterr_text, -EIO, "cannot read '%s': %s", path, strerror(EIO));
	fclose(stream);
	return r;
}

int conf_read(const struct vmdir *vmdir, struct settings *settings, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_CONF, vmdir->path);
	FILE *stream = NULL;
	int r = open_file(vmdir, path, &stream, reterr_text);

	return r < 0 ? r : read_stream(stream, vmdir->path, path, settings, reterr_text);
}

int conf_read_text(const char *text, const char *directory, const char *path,
	struct settings *settings, char **reterr_text)
{
	OWNED_MEMORY char *copy = text_format("%s", text);
	/* Of no bytes fmemopen(3) makes no stream everywhere. */
	FILE *stream = *copy == '\0' ? NULL : fmemopen(copy, strlen(copy), "r");

	if (*copy != '\0' && stream == NULL)
		abort();
	return stream == NULL ? 0 : read_stream(stream, directory, path, settings, reterr_text);
}

const char *conf_value(const struct setting *item, const char *directory)
{
	/* Where more may follow the path its commas are doubled. */
	OWNED_MEMORY char *prefix = item->row->flags & OPTION_REPEATS
					    ? text_double_commas(directory)
					    : text_format("%s", directory);
	const char *text = file_relative(prefix, item->text);
	bool plain = strchr(SPACES, text[0]) == NULL && strncmp(text, "file=", 5) != 0;

	return (item->row->flags & OPTION_PATH) && plain ? text : item->text;
}

/* Can a line hold the value, so that it is read as it was? */
static bool can_be_written(const struct setting *item, const char *directory)
{
	const char *text = conf_value(item, directory);
	size_t length = strlen(text);

	if (length == 0)
		return (item->row->flags & OPTION_EMPTY) != 0;
	return strchr(text, '\n') == NULL && strchr(SPACES, text[0]) == NULL &&
	       strchr(SPACES, text[length - 1]) == NULL;
}

static void print(const struct settings *settings, const char *directory, FILE *stream)
{
	fputs("# A VM of owrun's; vm.conf(5) explains the keys.\n", stream);
	for (size_t i = 0; i < settings->n; i++) {
		const struct setting *item = &settings->items[i];

		/* What was said later replaces it, and a file says it once. */
		if (settings_counts(settings, i))
			fprintf(stream, "%s = %s\n", item->row->name, conf_value(item, directory));
	}
}

/* Close what was written. Returns 0, or -errno where not all of it arrived. */
static int close_written(FILE *stream)
{
	int r = fflush(stream) != 0 ? -errno : 0;

	/* The reason of an error of before is gone. */
	if (r == 0 && ferror(stream))
		r = -EIO;
	if (fclose(stream) != 0 && r == 0)
		r = -errno;
	return r;
}

int conf_check(const char *directory, const struct settings *settings, char **reterr_text)
{
	for (size_t i = 0; i < settings->n; i++)
		if (!can_be_written(&settings->items[i], directory))
			return text_fail(reterr_text, -EINVAL,
				"'--%s %s' cannot stand in a vm.conf: a value is one line, and begins and ends with no space",
				settings->items[i].row->name, settings->items[i].text);
	return 0;
}

int conf_write(const struct vmdir *vmdir, const struct settings *settings, char **reterr_text)
{
	static const char temporary[] = UNFINISHED_CONF;
	FILE *stream = NULL;
	int fd = -1, r = conf_check(vmdir->path, settings, reterr_text);

	if (r < 0)
		return r;
	fd = vmdir_make_file(vmdir, temporary);
	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot write '%s/%s': %s", vmdir->path,
			temporary, strerror(-fd));
	stream = fdopen(fd, "w");
	if (stream == NULL)
		abort();
	print(settings, vmdir->path, stream);
	r = close_written(stream);
	/* A link does not replace what somebody else has put there. */
	if (r == 0)
		r = vmdir_link(vmdir, temporary, VMDIR_CONF);
	(void)!vmdir_unlink(vmdir, temporary);
	return r < 0 ? text_fail(reterr_text, r, "cannot write '%s/" VMDIR_CONF "': %s",
			       vmdir->path, strerror(-r))
		     : 0;
}
