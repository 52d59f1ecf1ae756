/* SPDX-License-Identifier: MIT
 * What the child that makes a sysupgrade.tgz does with files that come in. */
#include "launcher/edit/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/edit/record.h"

#define CHUNK_SIZE ((size_t)64 * 1024)

static int fail(struct archive *archive, char **reterr_text)
{
	const char *reason = archive_error_string(archive);

	return text_fail(reterr_text, -EIO, "its sysupgrade.tgz cannot be made: %s",
		reason == NULL ? "unknown" : reason);
}

static int pack_content(
	struct archive *archive, int stream, const struct ext4_file *file, char **reterr_text)
{
	OWNED_MEMORY char *data = malloc(CHUNK_SIZE);
	uint64_t left = S_ISREG(file->mode) ? file->size : 0;

	if (data == NULL)
		abort();
	while (left > 0) {
		size_t size = left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;
		int r = record_take(stream, data, size);

		if (r < 0)
			return text_fail(reterr_text, r, "what was to go into it was cut");
		if (archive_write_data(archive, data, size) < 0)
			return fail(archive, reterr_text);
		left -= size;
	}
	return 0;
}

/* Paths there begin without a '/'. */
static char *name_of(const struct record *record)
{
	const char *path = record->path + strspn(record->path, "/");
	bool into = path[0] == '\0' || path[strlen(path) - 1] == '/';

	return text_format("%s%s", path, into && !S_ISLNK(record->file.mode) ? record->target : "");
}

static int pack(
	struct archive *archive, int stream, const struct record *record, char **reterr_text)
{
	const struct ext4_file *file = &record->file;
	OWNED_MEMORY char *name = name_of(record);
	struct archive_entry *entry = archive_entry_new();
	int status = ARCHIVE_OK;

	if (entry == NULL)
		abort();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_mode(entry, file->mode);
	archive_entry_set_uid(entry, file->uid);
	archive_entry_set_gid(entry, file->gid);
	archive_entry_set_mtime(entry, (time_t)file->mtime, 0);
	archive_entry_set_size(entry, S_ISREG(file->mode) ? (la_int64_t)file->size : 0);
	if (S_ISLNK(file->mode))
		archive_entry_set_symlink(entry, record->target);
	archive_entry_set_rdevmajor(entry, file->major);
	archive_entry_set_rdevminor(entry, file->minor);
	status = archive_write_header(archive, entry);
	archive_entry_free(entry);
	return status == ARCHIVE_OK ? pack_content(archive, stream, file, reterr_text)
				    : fail(archive, reterr_text);
}

static int pack_records(struct archive *archive, int stream, char **reterr_text)
{
	while (true) {
		OWNED_RECORD record = {0};
		int r = record_receive(stream, &record);

		if (r < 0)
			return text_fail(reterr_text, r, "what was to go into it was cut");
		if (r == 0)
			return archive_write_close(archive) == ARCHIVE_OK
				       ? 0
				       : fail(archive, reterr_text);
		/* Those of the image keep their owners and modes. */
		if (!S_ISDIR(record.file.mode))
			r = pack(archive, stream, &record, reterr_text);
		if (r < 0)
			return r;
	}
}

int pack_all(int stream, int output, char **reterr_text)
{
	struct archive *archive = archive_write_new();
	int r = 0;

	if (archive == NULL)
		abort();
	archive_write_add_filter_gzip(archive);
	archive_write_set_format_gnutar(archive);
	r = archive_write_open_fd(archive, output) == ARCHIVE_OK
		    ? pack_records(archive, stream, reterr_text)
		    : fail(archive, reterr_text);
	archive_write_free(archive);
	return r;
}
