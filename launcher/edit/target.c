/* SPDX-License-Identifier: MIT
 * Files of an image on their way to this host. */
#include "launcher/edit/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"
#include "launcher/edit/record.h"

#define CHUNK_SIZE ((size_t)256 * 1024)

/* Where it goes. */
struct target {
	int stream;
	int above;  /* fd of the directory that all of it is in */
	char *name; /* in there, of what the first record is */
	size_t left_out;
};

static int say(const char *path, int error, char **reterr_text)
{
	return text_fail(reterr_text, error, "cannot make '%s': %s", path, strerror(-error));
}

static bool is_name(const char *part)
{
	return part[0] != '\0' && strcmp(part, ".") != 0 && strcmp(part, "..") != 0;
}

/* Go down to the directory that a path is in; *ret_name is its last part. Returns a fd that the
 * caller owns, or -errno. */
static int open_directory(const struct target *target, const char *path, const char **ret_name)
{
	OWNED_FD at = fcntl(target->above, F_DUPFD_CLOEXEC, 0);

	while (at >= 0) {
		size_t length = strcspn(path, "/");
		OWNED_MEMORY char *part = text_format("%.*s", (int)length, path);
		int next = -1;

		if (!is_name(part))
			return -EBADMSG;
		*ret_name = path;
		if (path[length] == '\0')
			return cleanup_steal_fd(&at);
		next = openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0)
			return -errno;
		close(at);
		at = next;
		path += length + 1;
	}
	return -errno;
}

/* What is zero all over becomes a hole. */
static int write_chunk(int fd, const char *data, size_t size)
{
	if (bytes_are_zero(data, size))
		return lseek(fd, (off_t)size, SEEK_CUR) < 0 ? -errno : 0;
	return bytes_write(fd, data, size);
}

static int receive_content(int stream, int fd, uint64_t size)
{
	OWNED_MEMORY char *data = malloc(CHUNK_SIZE);
	uint64_t left = size;
	int r = 0;

	if (data == NULL)
		abort();
	while (r == 0 && left > 0) {
		size_t length = left < CHUNK_SIZE ? (size_t)left : CHUNK_SIZE;

		r = record_take(stream, data, length);
		if (r == 0)
			r = write_chunk(fd, data, length);
		left -= length;
	}
	if (r == 0 && ftruncate(fd, (off_t)size) < 0)
		r = -errno;
	return r;
}

static int make_file(
	const struct target *target, int directory, const char *name, const struct record *record)
{
	OWNED_FD fd = openat(directory, name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		record->file.mode & 0777);
	const struct timespec times[] = {
		{.tv_nsec = UTIME_NOW}, {.tv_sec = (time_t)record->file.mtime}};
	struct stat st = {0};
	int r = 0;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EEXIST;
	r = receive_content(target->stream, fd, record->file.size);
	return r == 0 && futimens(fd, times) < 0 ? -errno : r;
}

static int make_directory(int directory, const char *name)
{
	struct stat st = {0};

	if (mkdirat(directory, name, 0777) == 0)
		return 0;
	if (errno == EEXIST && fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		S_ISDIR(st.st_mode))
		return 0;
	return -EEXIST;
}

static int make_symlink(int directory, const char *name, const char *to)
{
	struct stat st = {0};

	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
		(void)unlinkat(directory, name, 0);
	return symlinkat(to, directory, name) < 0 ? -errno : 0;
}

static int make(struct target *target, const struct record *record, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format(
		"%s%s%s", target->name, record->path[0] == '\0' ? "" : "/", record->path);
	const char *name = NULL;
	OWNED_FD directory = open_directory(target, path, &name);
	int r = 0;

	if (directory < 0)
		return say(path, directory, reterr_text);
	if (S_ISREG(record->file.mode))
		r = make_file(target, directory, name, record);
	else if (S_ISDIR(record->file.mode))
		r = make_directory(directory, name);
	else if (S_ISLNK(record->file.mode))
		r = make_symlink(directory, name, record->target);
	else
		target->left_out++;
	return r < 0 ? say(path, r, reterr_text) : 0;
}

static int receive_all(struct target *target, char **reterr_text)
{
	while (true) {
		OWNED_RECORD record = {0};
		int r = record_receive(target->stream, &record);

		if (r < 0)
			return text_fail(reterr_text, r, "what is in the image makes no sense");
		if (r == 0)
			return 0;
		r = make(target, &record, reterr_text);
		if (r < 0)
			return r;
	}
}

/* The path is a directory that is there, or a name in one. */
static int open_above(struct target *target, const char *path, const char *name, char **reterr_text)
{
	OWNED_MEMORY char *copy = text_format("%s", path);
	size_t length = strlen(copy);
	char *slash = NULL;

	target->above = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (target->above >= 0) {
		target->name = text_format("%s", name);
		return 0;
	}
	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	slash = strrchr(copy, '/');
	target->name = text_format("%s", slash == NULL ? copy : slash + 1);
	if (slash != NULL)
		slash[slash == copy ? 1 : 0] = '\0';
	target->above = open(slash == NULL ? "." : copy, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return target->above < 0 ? say(path, -errno, reterr_text) : 0;
}

int target_receive(
	int stream, const char *path, const char *name, size_t *ret_left_out, char **reterr_text)
{
	struct target target = {.stream = stream, .above = -1};
	int r = open_above(&target, path, name, reterr_text);

	if (r == 0)
		r = receive_all(&target, reterr_text);
	*ret_left_out = target.left_out;
	cleanup_close(&target.above);
	free(target.name);
	return r;
}
