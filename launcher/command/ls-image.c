/* SPDX-License-Identifier: MIT
 * `owrun ls-image`: the files in a directory of an image. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/inside.h"
#include "launcher/edit/look.h"
#include "launcher/edit/record.h"

static const struct report_column columns[] = {
	{"mode", "MODE"},
	{"owner", "OWNER"},
	{"size", "SIZE"},
	{"time", "TIME"},
	{"name", "NAME"},
	{0},
};

/* As `ls -l` shows it. */
static void mode_words(mode_t mode, char ret_words[11])
{
	static const char letters[] = "rwxrwxrwx";
	static const struct {
		mode_t type;
		char letter;
	} types[] = {{S_IFDIR, 'd'}, {S_IFLNK, 'l'}, {S_IFCHR, 'c'}, {S_IFBLK, 'b'}, {S_IFIFO, 'p'},
		{S_IFSOCK, 's'}};

	ret_words[0] = '-';
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if ((mode & S_IFMT) == types[i].type)
			ret_words[0] = types[i].letter;
	for (size_t i = 0; i < 9; i++)
		ret_words[i + 1] = mode >> (8 - i) & 1 ? letters[i] : '-';
	if (mode & S_ISUID)
		ret_words[3] = mode & S_IXUSR ? 's' : 'S';
	if (mode & S_ISGID)
		ret_words[6] = mode & S_IXGRP ? 's' : 'S';
	if (mode & S_ISVTX)
		ret_words[9] = mode & S_IXOTH ? 't' : 'T';
	ret_words[10] = '\0';
}

static json_t *row_of(const struct record *record, bool json)
{
	const struct ext4_file *file = &record->file;
	bool device = S_ISCHR(file->mode) || S_ISBLK(file->mode);
	OWNED_MEMORY char *owner = text_format("%u:%u", file->uid, file->gid);
	OWNED_MEMORY char *numbers = text_format("%u, %u", file->major, file->minor);
	OWNED_MEMORY char *size = text_format("%llu", (unsigned long long)file->size);
	OWNED_MEMORY char *name =
		text_format("%s%s%s", record->path, S_ISLNK(file->mode) && !json ? " -> " : "",
			S_ISLNK(file->mode) && !json ? record->target : "");
	time_t when = (time_t)file->mtime;
	struct tm fields = {0};
	char mode[11] = "", clock[32] = "";
	json_t *row = json_object();

	mode_words(file->mode, mode);
	if (gmtime_r(&when, &fields) != NULL)
		strftime(clock, sizeof(clock), "%Y-%m-%d %H:%M", &fields);
	json_object_set_new(row, "mode", json_string(mode));
	json_object_set_new(row, "owner", json_string(owner));
	json_object_set_new(row, "size", json_string(device ? numbers : size));
	json_object_set_new(row, "time", json_string(clock));
	json_object_set_new(row, "name", report_text(name));
	if (json && S_ISLNK(file->mode))
		json_object_set_new(row, "target", report_text(record->target));
	return row;
}

static int list(int stream, bool json, char **reterr_text)
{
	json_auto_t *rows = json_array();
	int r = 0;

	do {
		OWNED_RECORD record = {0};

		r = record_receive(stream, &record);
		if (r > 0)
			json_array_append_new(rows, row_of(&record, json));
	} while (r > 0);
	if (r == 0)
		report_print(rows, columns, json, stdout);
	return r < 0 ? text_fail(reterr_text, r, "what is in the image makes no sense") : 0;
}

int ls_image_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *image = NULL;
	OWNED_FD signals = signals_open();
	OWNED_INSIDE inside = INSIDE_NONE;
	OWNED_LOOK look = LOOK_NONE;
	int r = inside_look(options, LOOK_LIST, signals, &image, &inside, &look, &error);

	if (r == 0)
		r = list(look.stream, options->json, &error);
	if (r == 0)
		r = look_finish(&look, &inside.edit, &error);
	return text_exit_status(r, error);
}
