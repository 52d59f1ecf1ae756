/* SPDX-License-Identifier: MIT
 * A file that gets its name when it is complete. */
#include "launcher/base/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define TURNS_MAX 100 /* names that are tried */

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

/* Not the user's own choice of a name, and none that is there. */
static char *temporary_name(const char *path)
{
	uint64_t number = 0;

	(void)!getrandom(&number, sizeof(number), 0);
	return text_format(".%s.%016llx", name_of(path), (unsigned long long)number);
}

static int open_directory(const char *path)
{
	const char *name = name_of(path);
	OWNED_MEMORY char *directory = text_format("%.*s", (int)(name - path), path);
	int fd = open(directory[0] == '\0' ? "." : directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* NFS, for one, has no files without a name. */
static int open_named(struct new_file *file)
{
	OWNED_MEMORY char *name = temporary_name(file->path);

	file->fd = openat(file->directory, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (file->fd < 0)
		return -errno;
	file->temporary = name;
	name = NULL;
	return 0;
}

static int open_file(struct new_file *file)
{
	file->directory = open_directory(file->path);
	if (file->directory < 0)
		return file->directory;
	file->fd = openat(file->directory, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (file->fd >= 0)
		return 0;
	return errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL ? open_named(file)
									 : -errno;
}

int new_file_open(const char *path, struct new_file *ret_file, char **reterr_text)
{
	struct new_file file = {.fd = -1, .directory = -1, .path = text_format("%s", path)};
	int r = name_of(path)[0] == '\0' ? -EISDIR : open_file(&file);

	if (r < 0) {
		new_file_drop(&file);
		return text_fail(reterr_text, r, "cannot make '%s': %s", path, strerror(-r));
	}
	*ret_file = file;
	return 0;
}

/* Give it a name that nothing has. */
static int link_as(const struct new_file *file, const char *name)
{
	OWNED_MEMORY char *self = text_format("/proc/self/fd/%d", file->fd);
	int r = file->temporary != NULL
			? linkat(file->directory, file->temporary, file->directory, name, 0)
			: linkat(AT_FDCWD, self, file->directory, name, AT_SYMLINK_FOLLOW);

	return r < 0 ? -errno : 0;
}

/* A name cannot be taken from a file by a link, but by a rename. */
static int take_name(struct new_file *file)
{
	int r = file->temporary == NULL ? -EEXIST : 0;

	for (int turn = 0; r == -EEXIST && turn < TURNS_MAX; turn++) {
		OWNED_MEMORY char *name = temporary_name(file->path);

		r = link_as(file, name);
		if (r == 0) {
			file->temporary = name;
			name = NULL;
		}
	}
	if (r < 0)
		return r;
	if (renameat(file->directory, file->temporary, file->directory, name_of(file->path)) < 0)
		return -errno;
	free(file->temporary);
	file->temporary = NULL;
	return 0;
}

int new_file_finish(struct new_file *file, mode_t mode, bool replace, char **reterr_text)
{
	int r = fchmod(file->fd, mode) < 0 || fsync(file->fd) < 0 ? -errno : 0;

	if (r == 0)
		r = replace ? take_name(file) : link_as(file, name_of(file->path));
	if (r == 0 && fsync(file->directory) < 0 && errno != EINVAL)
		r = -errno;
	return r < 0 ? text_fail(reterr_text, r, "cannot make '%s': %s", file->path, strerror(-r))
		     : 0;
}

void new_file_drop(struct new_file *file)
{
	if (file->temporary != NULL)
		(void)!unlinkat(file->directory, file->temporary, 0);
	cleanup_close(&file->fd);
	cleanup_close(&file->directory);
	free(file->temporary);
	free(file->path);
	*file = (struct new_file)NEW_FILE_NONE;
}
