/* SPDX-License-Identifier: MIT
 * vm.conf: a VM's settings as an INI file.
 *
 * The INI library (inih) cuts lines that are longer than its buffer, and does not tell its handler
 * the number of the line. So it gets its lines from a reader of ours that counts and measures
 * them. */
#include "launcher/options/conf.h"

#include <errno.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/options/table.h"

#define FILE_MAX (256 * 1024) /* bytes: what is larger is no vm.conf */
#define SPACES " \t\r\v\f"    /* what the library strips */

/* A file being read. */
struct conf {
	const char *directory;
	const char *path;
	FILE *stream;
	char *line;
	size_t size;
	unsigned int number; /* of the line, from 1 */
	struct settings *settings;
	char **reterr_text;
	bool failed;
};

static int fail(struct conf *conf, const char *sentence)
{
	if (!conf->failed)
		text_fail(conf->reterr_text, -EINVAL, "%s:%u: %s", conf->path, conf->number,
			sentence);
	conf->failed = true;
	return 0;
}

/* What inih calls for a line: at most num - 1 bytes of it and a NUL. NULL ends the file. Spaces in
 * front are left out: with them a line would go on with the value of the one before, and a key that
 * somebody has indented would be a part of that. */
static char *read_line(char *buffer, int num, void *stream)
{
	struct conf *conf = stream;
	const char *begin = NULL;
	ssize_t length = conf->failed ? -1 : getline(&conf->line, &conf->size, conf->stream);
	size_t max = CONF_LINE_MAX < num - 2 ? CONF_LINE_MAX : (size_t)num - 2;

	if (length < 0)
		return NULL;
	conf->number++;
	if ((size_t)length > max + (conf->line[length - 1] == '\n')) {
		OWNED_MEMORY char *text = text_format("the line is longer than %zu bytes", max);

		fail(conf, text);
		return NULL;
	}
	if (memchr(conf->line, '\0', (size_t)length) != NULL) {
		fail(conf, "there is a NUL byte in the line");
		return NULL;
	}
	begin = conf->line + strspn(conf->line, SPACES);
	if (*begin == '[') {
		fail(conf, "vm.conf has no sections");
		return NULL;
	}
	memcpy(buffer, begin, strlen(begin) + 1);
	return buffer;
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

/* What inih calls for a key: 0 ends it. */
static int take_key(void *user, const char *section, const char *key, const char *value)
{
	struct conf *conf = user;
	const struct option_row *row = options_find_key(key, strlen(key));
	OWNED_MEMORY char *origin = text_format("%s:%u", conf->path, conf->number);
	const struct setting *first = NULL;

	if (section[0] != '\0')
		return fail(conf, "vm.conf has no sections");
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
	return 1;
}

/* Returns -errno with a sentence where there is no file that is believed. */
static int open_file(
	const struct vmdir *vmdir, const char *path, FILE **ret_stream, char **reterr_text)
{
	OWNED_MEMORY char *reason = NULL;
	OWNED_FD fd = vmdir_open_file(vmdir, VMDIR_CONF, FILE_MAX, &reason);

	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot read '%s': %s%s", path, reason,
			fd == -EPERM ? VMDIR_WAY_OUT : "");
	*ret_stream = fdopen(fd, "r");
	if (*ret_stream == NULL)
		abort();
	cleanup_steal_fd(&fd);
	return 0;
}

int conf_read(const struct vmdir *vmdir, struct settings *settings, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_CONF, vmdir->path);
	struct conf conf = {
		.directory = vmdir->path,
		.path = path,
		.settings = settings,
		.reterr_text = reterr_text,
	};
	int r = open_file(vmdir, path, &conf.stream, reterr_text);

	if (r < 0)
		return r;
	/* Its own errors are a line without '=', and a section that does not end. */
	r = ini_parse_stream(read_line, &conf, take_key, &conf);
	if (r > 0 && (!conf.failed || (unsigned int)r < conf.number)) {
		conf.number = (unsigned int)r;
		conf.failed = false;
		fail(&conf, "this is neither 'key = value' nor a comment");
	}
	r = conf.failed || r != 0 ? -EINVAL : 0;
	free(conf.line);
	fclose(conf.stream);
	return r;
}

/* What is written: a path in the directory is relative to it, unless it would then be read as
 * something else. */
static const char *shown(const struct setting *item, const char *directory)
{
	/* Where more may follow the path its commas are doubled. */
	OWNED_MEMORY char *prefix = item->row->flags & OPTION_REPEATS
					    ? text_double_commas(directory)
					    : text_format("%s", directory);
	const char *text = file_relative(prefix, item->text);
	bool plain = strchr(SPACES ";#", text[0]) == NULL && strncmp(text, "file=", 5) != 0;

	return (item->row->flags & OPTION_PATH) && plain ? text : item->text;
}

/* Can a line hold the value, so that it is read as it was? */
static bool can_be_written(const struct setting *item, const char *directory)
{
	const char *text = shown(item, directory);
	size_t length = strlen(text);

	if (length == 0)
		return (item->row->flags & OPTION_EMPTY) != 0;
	for (const char *c = strchr(text, ';'); c != NULL; c = strchr(c + 1, ';'))
		if (c == text || strchr(SPACES, c[-1]) != NULL)
			return false;
	return strchr(text, '\n') == NULL && strchr(SPACES, text[0]) == NULL &&
	       strchr(SPACES, text[length - 1]) == NULL &&
	       strlen(item->row->name) + strlen(" = ") + length <= CONF_LINE_MAX;
}

static void print(const struct settings *settings, const char *directory, FILE *stream)
{
	fputs("# A VM of owrun's; vm.conf(5) explains the keys.\n", stream);
	for (size_t i = 0; i < settings->n; i++) {
		const struct setting *item = &settings->items[i];

		/* What was said later replaces it, and a file says it once. */
		if ((item->row->flags & OPTION_REPEATS) ||
			settings_find(settings, item->row) == item)
			fprintf(stream, "%s = %s\n", item->row->name, shown(item, directory));
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
				"'--%s %s' cannot stand in a vm.conf: a line has at most %d bytes, no ' ;' and no space at its end",
				settings->items[i].row->name, settings->items[i].text,
				CONF_LINE_MAX);
	return 0;
}

int conf_write(const struct vmdir *vmdir, const struct settings *settings, char **reterr_text)
{
	static const char temporary[] = VMDIR_CONF ".new";
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
