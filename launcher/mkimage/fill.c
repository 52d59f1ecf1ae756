/* SPDX-License-Identifier: MIT
 * A tar into an ext4: the side of the child, which is confined. The tar is hostile. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/ext4.h"
#include "launcher/mkimage/path.h"
#include "launcher/mkimage/private.h"

#define READ_SIZE ((size_t)256 * 1024)
#define MTIME_MIN (-((int64_t)1 << 31)) /* of an inode with 34 bits of it */
#define MTIME_MAX (((int64_t)3 << 32) + INT32_MAX)

/* One tar that becomes an image. */
struct fill {
	struct archive *archive;
	struct ext4 *fs;
	uint64_t max;	 /* bytes that may come */
	uint64_t size;	 /* bytes that came */
	char *directory; /* that is known to be one, as are those above it; NULL: none is */
};

static int fail(struct archive *archive, char **reterr_text)
{
	const char *reason = archive_error_string(archive);

	return text_fail(reterr_text, -EBADMSG, "it cannot be read as a tar: %s",
		reason == NULL ? "it makes no sense" : reason);
}

/* Is the directory of a path one, and no symlink that leads to one? What is missing is made. */
static int check_directory(struct fill *fill, const char *path, char **reterr_text)
{
	OWNED_MEMORY char *part = text_format("%.*s", (int)(strrchr(path, '/') - path), path);
	struct ext4_file found = {0};
	int r = 0;

	if (part[0] == '\0' || (fill->directory != NULL && strcmp(part, fill->directory) == 0))
		return 0;
	for (char *slash = strchr(part + 1, '/'); r == 0; slash = strchr(slash + 1, '/')) {
		if (slash != NULL)
			*slash = '\0';
		r = ext4_find(fill->fs, part, false, &found, reterr_text);
		if (r == 0 && !S_ISDIR(found.mode))
			r = text_fail(reterr_text, -EINVAL, "'%s' leads through '%s', which is %s",
				path, part, S_ISLNK(found.mode) ? "a symlink" : "no directory");
		if (slash == NULL)
			break;
		*slash = '/';
	}
	if (r == -ENOENT)
		r = ext4_make_parents(fill->fs, path, reterr_text);
	if (r < 0)
		return r;
	free(fill->directory);
	fill->directory = part;
	part = NULL;
	return 0;
}

/* What was known may be no directory any more. */
static void forget(struct fill *fill, mode_t type)
{
	if (S_ISDIR(type))
		return;
	free(fill->directory);
	fill->directory = NULL;
}

static ssize_t read_content(void *context, void *data, size_t size)
{
	la_ssize_t length = archive_read_data(context, data, size);

	return length < 0 ? -EBADMSG : length;
}

static int put_file(struct fill *fill, struct archive_entry *entry, const char *path,
	const struct ext4_file *file, char **reterr_text)
{
	la_int64_t size = archive_entry_size(entry);
	int r = 0;

	if (size < 0 || (uint64_t)size > fill->max - fill->size)
		return text_fail(reterr_text, -EFBIG,
			"what is in it is more than the image, %llu MiB; '--size' makes that larger",
			(unsigned long long)(fill->max >> 20));
	fill->size += (uint64_t)size;
	r = ext4_put_file(fill->fs, path, file, read_content, fill->archive, reterr_text);
	return r == -EBADMSG ? fail(fill->archive, reterr_text) : r;
}

/* What it leads to has to be in the tar, before it. */
static int put_link(struct fill *fill, const char *path, const char *target, char **reterr_text)
{
	OWNED_MEMORY char *old = NULL;
	OWNED_MEMORY char *error = NULL;
	struct ext4_file found = {0};
	int r = path_normalize(target, &old, &error);

	if (r == 0)
		r = ext4_find(fill->fs, old, false, &found, &error);
	if (r == 0 && S_ISDIR(found.mode))
		r = text_fail(&error, -EISDIR, "'%s' is a directory", old);
	if (r == 0)
		r = check_directory(fill, old, &error);
	if (r == 0 && strcmp(old, path) == 0)
		return 0;
	if (r == 0)
		r = ext4_put_link(fill->fs, path, old, &error);
	return r < 0 ? text_fail(reterr_text, r, "hard link '%s': %s", path, error) : 0;
}

static int put_xattrs(
	struct fill *fill, struct archive_entry *entry, const char *path, char **reterr_text)
{
	int n = archive_entry_xattr_reset(entry), r = 0;

	for (int i = 0; r == 0 && i < n; i++) {
		const char *name = NULL;
		const void *value = NULL;
		size_t size = 0;

		if (archive_entry_xattr_next(entry, &name, &value, &size) == ARCHIVE_OK &&
			name != NULL)
			r = ext4_put_xattr(fill->fs, path, name, value, size, reterr_text);
	}
	return r;
}

static int64_t clamp(int64_t time)
{
	return time < MTIME_MIN ? MTIME_MIN : time > MTIME_MAX ? MTIME_MAX : time;
}

static int describe(struct archive_entry *entry, const char *path, struct ext4_file *ret_file,
	char **reterr_text)
{
	la_int64_t uid = archive_entry_uid(entry), gid = archive_entry_gid(entry);

	if (uid < 0 || gid < 0 || uid >= UINT32_MAX || gid >= UINT32_MAX)
		return text_fail(reterr_text, -EINVAL, "'%s' has an owner that none can be", path);
	*ret_file = (struct ext4_file){
		.mode = archive_entry_mode(entry),
		.uid = (uint32_t)uid,
		.gid = (uint32_t)gid,
		.mtime = clamp(archive_entry_mtime(entry)),
		.major = (uint32_t)archive_entry_rdevmajor(entry),
		.minor = (uint32_t)archive_entry_rdevminor(entry),
	};
	return 0;
}

static int put(struct fill *fill, struct archive_entry *entry, const char *path,
	const struct ext4_file *file, char **reterr_text)
{
	const char *target = archive_entry_symlink(entry);

	switch (file->mode & S_IFMT) {
	case S_IFREG:
		return put_file(fill, entry, path, file, reterr_text);
	case S_IFDIR:
		return ext4_put_directory(fill->fs, path, file, reterr_text);
	case S_IFLNK:
		return ext4_put_symlink(
			fill->fs, path, target == NULL ? "" : target, file, reterr_text);
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
		return ext4_put_node(fill->fs, path, file, reterr_text);
	default:
		return text_fail(reterr_text, -EINVAL, "'%s' is of a kind that no image has", path);
	}
}

static int take(struct fill *fill, struct archive_entry *entry, char **reterr_text)
{
	const char *name = archive_entry_pathname(entry), *link = archive_entry_hardlink(entry);
	OWNED_MEMORY char *path = NULL;
	struct ext4_file file = {0};
	int r = path_normalize(name == NULL ? "" : name, &path, reterr_text);

	if (r == 0)
		r = check_directory(fill, path, reterr_text);
	if (r == 0 && link != NULL)
		return put_link(fill, path, link, reterr_text);
	if (r == 0)
		r = describe(entry, path, &file, reterr_text);
	if (r == 0 && strcmp(path, "/") == 0 && !S_ISDIR(file.mode))
		r = text_fail(reterr_text, -EINVAL, "its root is no directory");
	if (r < 0)
		return r;
	forget(fill, file.mode);
	r = put(fill, entry, path, &file, reterr_text);
	return r < 0 ? r : put_xattrs(fill, entry, path, reterr_text);
}

static int take_all(struct fill *fill, char **reterr_text)
{
	struct archive_entry *entry = NULL;
	size_t n = 0;
	int status = ARCHIVE_OK, r = 0;

	while ((status = archive_read_next_header(fill->archive, &entry)) == ARCHIVE_OK) {
		r = take(fill, entry, reterr_text);
		if (r < 0)
			return r;
		n++;
	}
	if (status != ARCHIVE_EOF)
		return fail(fill->archive, reterr_text);
	return n == 0 ? text_fail(reterr_text, -EBADMSG, "it is no tar, or one without files") : 0;
}

static struct archive *open_tar(void)
{
	struct archive *archive = archive_read_new();

	if (archive == NULL)
		abort();
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_tar(archive);
	return archive;
}

static int fill_all(struct fill *fill, int input, char **reterr_text)
{
	int r = archive_read_open_fd(fill->archive, input, READ_SIZE) == ARCHIVE_OK
			? take_all(fill, reterr_text)
			: fail(fill->archive, reterr_text);

	if (r == 0)
		return ext4_close(fill->fs, reterr_text);
	ext4_drop(fill->fs);
	return r;
}

int mkimage_fill(const struct mkimage *mkimage, int input, int output, char **reterr_text)
{
	OWNED_FD tar = input;
	struct fill fill = {.max = mkimage->size};
	int r = ext4_open(output, 0, mkimage->size, true, &fill.fs, reterr_text);

	if (r < 0)
		return r;
	ext4_set_now(fill.fs, mkimage->now);
	fill.archive = open_tar();
	r = fill_all(&fill, tar, reterr_text);
	archive_read_free(fill.archive);
	free(fill.directory);
	return r;
}
