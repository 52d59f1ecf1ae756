/* SPDX-License-Identifier: MIT
 * Files of this host on their way into an image. */
#include "launcher/edit/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/edit/record.h"

#define CHUNK_SIZE ((size_t)256 * 1024)
#define TEXT_MODE 0755

/* One file, as it is walked: who else can write there may put another in its place any time. */
struct entry {
	const struct source_stream *stream;
	const char *path; /* for sentences */
	int fd;		  /* O_PATH */
	struct record record;
};

static int send_entry(const struct entry *entry, char **reterr_text);

static int say(const struct entry *entry, int error, char **reterr_text)
{
	if (error == -EPIPE)
		return error;
	return text_fail(reterr_text, error, "cannot read '%s': %s", entry->path, strerror(-error));
}

static bool is_interrupted(const struct source_stream *stream)
{
	struct pollfd wait = {.fd = stream->signals, .events = POLLIN};

	return poll(&wait, 1, 0) > 0;
}

/* As many bytes as were promised; the file may change meanwhile. */
static int send_content(const struct entry *entry, int fd, uint64_t size, char **reterr_text)
{
	OWNED_MEMORY char *data = malloc(CHUNK_SIZE);

	if (data == NULL)
		abort();
	while (size > 0) {
		size_t wanted = size < CHUNK_SIZE ? (size_t)size : CHUNK_SIZE;
		ssize_t length = read(fd, data, wanted);
		int r = 0;

		if (is_interrupted(entry->stream))
			return text_fail(reterr_text, -EINTR, "interrupted");
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return say(entry, -errno, reterr_text);
		if (length == 0)
			return text_fail(reterr_text, -EIO, "'%s' became shorter while it was read",
				entry->path);
		r = bytes_write(entry->stream->fd, data, (size_t)length);
		if (r < 0)
			return say(entry, r, reterr_text);
		size -= (uint64_t)length;
	}
	return 0;
}

static int send_file(struct entry *entry, char **reterr_text)
{
	OWNED_MEMORY char *self = text_format("/proc/self/fd/%d", entry->fd);
	OWNED_FD fd = open(self, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st = {0};
	int r = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return say(entry, -errno, reterr_text);
	entry->record.file.size = (uint64_t)st.st_size;
	r = record_send(entry->stream->fd, &entry->record);
	return r < 0 ? say(entry, r, reterr_text)
		     : send_content(entry, fd, entry->record.file.size, reterr_text);
}

static int send_symlink(struct entry *entry, char **reterr_text)
{
	char target[RECORD_TEXT_MAX + 1] = "";
	ssize_t length = readlinkat(entry->fd, "", target, RECORD_TEXT_MAX);
	int r = 0;

	if (length < 0)
		return say(entry, -errno, reterr_text);
	free(entry->record.target);
	entry->record.target = text_format("%s", target);
	r = record_send(entry->stream->fd, &entry->record);
	return r < 0 ? say(entry, r, reterr_text) : 0;
}

static int send_child(const struct entry *entry, const char *name, char **reterr_text)
{
	const char *where = entry->record.path;
	OWNED_MEMORY char *path = text_format("%s/%s", entry->path, name);
	OWNED_RECORD record = {.path = text_format("%s%s%s", where,
				       where[strlen(where) - 1] == '/' ? "" : "/", name)};
	OWNED_FD fd = openat(entry->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	const struct entry below = {
		.stream = entry->stream, .path = path, .fd = fd, .record = record};

	return fd < 0 ? say(&below, -errno, reterr_text) : send_entry(&below, reterr_text);
}

static int send_directory(struct entry *entry, char **reterr_text)
{
	struct dirent **entries = NULL;
	int r = record_send(entry->stream->fd, &entry->record), n = 0;

	if (r < 0)
		return say(entry, r, reterr_text);
	n = file_names(entry->fd, ".", &entries);
	if (n < 0)
		return say(entry, -errno, reterr_text);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		if (r == 0 && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
			r = send_child(entry, name, reterr_text);
		free(entries[i]);
	}
	free(entries);
	return r;
}

/* Each step down takes a fd, and there are none any more at some time. */
static int send_entry(const struct entry *given, char **reterr_text)
{
	struct entry entry = *given;
	struct stat st = {0};
	int r = 0;

	if (fstat(entry.fd, &st) < 0)
		return say(&entry, -errno, reterr_text);
	entry.record.file = (struct ext4_file){.mode = st.st_mode,
		.uid = entry.stream->uid,
		.gid = entry.stream->gid,
		.mtime = st.st_mtime,
		.major = major(st.st_rdev),
		.minor = minor(st.st_rdev)};
	entry.record.path = text_format("%s", given->record.path);
	entry.record.target =
		text_format("%s", given->record.target == NULL ? "" : given->record.target);
	if (S_ISREG(st.st_mode))
		r = send_file(&entry, reterr_text);
	else if (S_ISDIR(st.st_mode))
		r = send_directory(&entry, reterr_text);
	else if (S_ISLNK(st.st_mode))
		r = send_symlink(&entry, reterr_text);
	else
		r = record_send(entry.stream->fd, &entry.record);
	record_free(&entry.record);
	return r < 0 && r != -EPIPE && *reterr_text == NULL ? say(&entry, r, reterr_text) : r;
}

static int send_text(const struct entry *given, const char *text, char **reterr_text)
{
	struct record record = given->record;
	int r = 0;

	record.file = (struct ext4_file){
		.mode = S_IFREG | TEXT_MODE, .mtime = time(NULL), .size = strlen(text)};
	r = record_send(given->stream->fd, &record);
	if (r == 0)
		r = bytes_write(given->stream->fd, text, strlen(text));
	return r < 0 ? say(given, r, reterr_text) : 0;
}

/* What the user named, as nobody else may lead him to what is not for the other. */
static int send_named(struct entry *entry, char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_FD fd = own_lead_open(entry->path, geteuid(), &error);

	entry->fd = fd;
	if (fd == -EPERM)
		return text_fail(reterr_text, fd, "%s", error);
	return fd < 0 ? say(entry, fd, reterr_text) : send_entry(entry, reterr_text);
}

/* Without the '/' at its end. */
static size_t length_of(const char *path)
{
	size_t length = strlen(path);

	while (length > 1 && path[length - 1] == '/')
		length--;
	return length;
}

int source_send(const struct source_stream *stream, const struct source *source, char **reterr_text)
{
	const char *path = source->path == NULL ? source->destination : source->path;
	size_t length = length_of(path);
	OWNED_MEMORY char *plain = text_format("%.*s", (int)length, path);
	const char *slash = strrchr(plain, '/');
	OWNED_RECORD record = {.path = text_format("%s", source->destination),
		.target = text_format("%s", slash == NULL ? plain : slash + 1)};
	struct entry entry = {.stream = stream, .path = plain, .fd = -1, .record = record};

	return source->path == NULL ? send_text(&entry, source->text, reterr_text)
				    : send_named(&entry, reterr_text);
}
