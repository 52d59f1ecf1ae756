/* SPDX-License-Identifier: MIT
 * The directory of a VM that was created: where it is, opened and judged. */
#include "launcher/home/vmdir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/base/xdg.h"

#define LOCK_TRIES 100
#define LOCK_PAUSE 20000000 /* ns */

/* What to do where the home is not believed. */
#define HOME_WAY_OUT "; VMs are kept below HOME or XDG_DATA_HOME, which must be yours"

void vmdir_close(struct vmdir *vmdir)
{
	free(vmdir->path);
	vmdir->path = NULL;
	cleanup_close(&vmdir->fd);
}

char *vmdir_home(void)
{
	return xdg_path("XDG_DATA_HOME", ".local/share", "owvm");
}

char *vmdir_of_name(const char *name)
{
	OWNED_MEMORY char *home = vmdir_home();

	return home == NULL ? NULL : text_format("%s/%s", home, name);
}

bool vmdir_has_conf(const char *directory)
{
	OWNED_MEMORY char *path = text_format("%s/" VMDIR_CONF, directory);

	return access(path, F_OK) == 0;
}

bool vmdir_created(const char *name)
{
	OWNED_MEMORY char *directory = vmdir_of_name(name);

	return directory != NULL && vmdir_has_conf(directory);
}

bool vmdir_is_path(const char *operand)
{
	return strchr(operand, '/') != NULL || strcmp(operand, ".") == 0 ||
	       strcmp(operand, "..") == 0;
}

/* Where others could have been at it there is a way out. */
static int fail(int r, const char *path, const char *reason, uid_t uid, const char *way_out,
	char **reterr_text)
{
	OWNED_MEMORY char *mend = r == -EPERM ? own_mend(path, uid) : text_format("%s", "");

	return text_fail(reterr_text, r, "%s%s%s", reason, mend, r == -EPERM ? way_out : "");
}

/* Open and judge a directory: the way leads to it from a fd, and the path is what that is. */
static int open_at(int from, const char *way, const char *path, uid_t uid, const char *way_out,
	struct vmdir *ret_vmdir, char **reterr_text)
{
	OWNED_MEMORY char *reason = NULL;
	OWNED_MEMORY char *error = NULL;
	OWNED_FD fd = own_path_open(from, way, uid, O_RDONLY | O_DIRECTORY, &reason);
	int r = fd < 0 ? text_fail(&error, fd, "'%s': %s", path, reason)
		       : own_directory_check(fd, path, uid, OWN_WRITTEN, &error);

	if (r < 0)
		return fail(r, path, error, uid, way_out, reterr_text);
	*ret_vmdir = (struct vmdir){
		.path = text_format("%s", path), .fd = cleanup_steal_fd(&fd), .uid = uid};
	return 0;
}

static int make(const char *path, uid_t uid, const char *way_out, bool *ret_made,
	struct vmdir *ret_vmdir, char **reterr_text)
{
	OWNED_MEMORY char *error = NULL;
	int fd = own_directory_make(path, uid, ret_made, &error);

	if (fd < 0)
		return fail(fd, path, error, uid, way_out, reterr_text);
	*ret_vmdir = (struct vmdir){.path = text_format("%s", path), .fd = fd, .uid = uid};
	return 0;
}

static int say_no_home(char **reterr_text)
{
	return text_fail(reterr_text, -ENOENT,
		"neither XDG_DATA_HOME nor HOME says where VMs are kept; give a path instead of a name");
}

int vmdir_home_open(struct vmdir *ret_home, char **reterr_text)
{
	OWNED_MEMORY char *path = vmdir_home();

	return path == NULL
		       ? say_no_home(reterr_text)
		       : open_at(-1, path, path, geteuid(), HOME_WAY_OUT, ret_home, reterr_text);
}

int vmdir_home_make(struct vmdir *ret_home, char **reterr_text)
{
	OWNED_MEMORY char *path = vmdir_home();

	return path == NULL ? say_no_home(reterr_text)
			    : make(path, geteuid(), HOME_WAY_OUT, NULL, ret_home, reterr_text);
}

/* Where the directory really is: what was reached by a symlink stays there. */
static void settle_path(struct vmdir *vmdir)
{
	OWNED_MEMORY char *link = text_format("/proc/self/fd/%d", vmdir->fd);
	char path[PATH_MAX] = "";

	if (readlink(link, path, sizeof(path) - 1) < 0 || path[0] != '/')
		return;
	free(vmdir->path);
	vmdir->path = text_format("%s", path);
}

int vmdir_open(const char *path, bool trust, struct vmdir *ret_vmdir, char **reterr_text)
{
	OWNED_MEMORY char *way = file_absolute(path);
	int r = open_at(-1, way, way, trust ? OWN_ANYONE : geteuid(), VMDIR_WAY_OUT, ret_vmdir,
		reterr_text);

	if (r == 0)
		settle_path(ret_vmdir);
	return r;
}

int vmdir_open_name(const char *name, bool trust, struct vmdir *ret_vmdir, char **reterr_text)
{
	OWNED_MEMORY char *path = vmdir_of_name(name);
	OWNED_VMDIR home = VMDIR_NONE;
	int r = 0;

	if (path == NULL)
		return say_no_home(reterr_text);
	if (trust)
		return open_at(-1, path, path, OWN_ANYONE, "", ret_vmdir, reterr_text);
	r = vmdir_home_open(&home, reterr_text);
	return r < 0 ? r
		     : open_at(home.fd, name, path, home.uid, VMDIR_WAY_OUT, ret_vmdir,
			       reterr_text);
}

int vmdir_make(
	const char *path, bool trust, bool *ret_made, struct vmdir *ret_vmdir, char **reterr_text)
{
	return make(path, trust ? OWN_ANYONE : geteuid(), VMDIR_WAY_OUT, ret_made, ret_vmdir,
		reterr_text);
}

/* What is locked only the user can open: whoever can open a file can hold a lock on it, a directory
 * included. Where none can be made it is the directory. */
static int open_lock(const struct vmdir *vmdir)
{
	int fd = openat(vmdir->fd, VMDIR_LOCK,
		O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		S_IRUSR | S_IWUSR);

	return fd >= 0 ? fd : openat(vmdir->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Lock an open file of its own, which the lock goes with. */
static int lock(const struct vmdir *vmdir, int how)
{
	OWNED_FD fd = open_lock(vmdir);
	struct stat st = {0};

	if (fd < 0)
		return -errno;
	if (flock(fd, how) < 0 && errno == EWOULDBLOCK)
		return -EWOULDBLOCK;
	/* Whoever had it removed it. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 0)
		return -EWOULDBLOCK;
	return cleanup_steal_fd(&fd);
}

int vmdir_try_lock(const struct vmdir *vmdir, bool alone)
{
	return lock(vmdir, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB);
}

int vmdir_wait_lock(const struct vmdir *vmdir)
{
	return lock(vmdir, LOCK_EX);
}

int vmdir_lock(const struct vmdir *vmdir, bool alone, char **reterr_text)
{
	int fd = vmdir_try_lock(vmdir, alone);

	for (int i = 1; i < LOCK_TRIES && fd == -EWOULDBLOCK; i++) {
		nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE}, NULL);
		fd = vmdir_try_lock(vmdir, alone);
	}
	if (fd == -EWOULDBLOCK)
		return text_fail(reterr_text, -EBUSY,
			"'%s' is in use by another owrun just now; try again in a moment",
			vmdir->path);
	if (fd < 0)
		return text_fail(
			reterr_text, fd, "cannot open '%s': %s", vmdir->path, strerror(-fd));
	return fd;
}

void vmdir_end_lock(const struct vmdir *vmdir, int *fd)
{
	if (*fd >= 0)
		(void)!unlinkat(vmdir->fd, VMDIR_LOCK, 0);
	cleanup_close(fd);
}
