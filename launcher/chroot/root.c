/* SPDX-License-Identifier: MIT
 * A command in an image: the first root, where fuse2fs runs. It holds nothing of the user's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/chroot/private.h"

#define PLACE "/tmp" /* a directory that there is */
#define QUIET (MS_NOSUID | MS_NODEV | MS_NOEXEC)

/* What programs are made of, wherever a distribution keeps that. */
static const char *const systems[] = {
	"usr", "lib", "lib32", "lib64", "libx32", "bin", "sbin", "nix", "gnu"};

static const char *const nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};

static const char *const links[][2] = {
	{"/proc/self/fd", "kit/dev/fd"},
	{"fd/0", "kit/dev/stdin"},
	{"fd/1", "kit/dev/stdout"},
	{"fd/2", "kit/dev/stderr"},
	{"pts/ptmx", "kit/dev/ptmx"},
};

static const char *const directories[] = {"proc", "dev", "kit", "kit/dev", "kit/proc", "guest"};

/* A kind of file system of its own, at a path in the new root. */
static const struct {
	const char *kind;
	const char *path;
	unsigned long flags;
	const char *data;
} mounts[] = {
	{"proc", "proc", QUIET, NULL},
	{"tmpfs", "kit/dev", MS_NOSUID | MS_NOEXEC, "mode=755"},
	{"devpts", "kit/dev/pts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=666,mode=620,gid=5"},
	{"tmpfs", "kit/dev/shm", QUIET, "mode=1777"},
};

static int say(const char *what, const char *path, char **reterr_text)
{
	return text_fail(reterr_text, -errno, "cannot %s '%s' in a namespace of its own: %s", what,
		path, strerror(errno));
}

static int bind_read_only(const char *from, const char *to, char **reterr_text)
{
	struct mount_attr attributes = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV};

	if (mkdir(to, 0755) < 0 || mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0 ||
		mount_setattr(AT_FDCWD, to, AT_RECURSIVE, &attributes, sizeof(attributes)) < 0)
		return say("bind", from, reterr_text);
	return 0;
}

/* One of `systems`: a directory, or a link to one in another. */
static int add_system(const char *name, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("/%s", name);
	char target[256] = "";
	struct stat st = {0};
	ssize_t length = 0;

	if (lstat(path, &st) < 0)
		return 0;
	if (!S_ISLNK(st.st_mode))
		return bind_read_only(path, name, reterr_text);
	length = readlink(path, target, sizeof(target) - 1);
	return length < 0 || symlink(target, name) < 0 ? say("make", path, reterr_text) : 0;
}

static int add_node(const char *name, const char *directory, char **reterr_text)
{
	OWNED_MEMORY char *from = text_format("/dev/%s", name);
	OWNED_MEMORY char *to = text_format("%s/%s", directory, name);
	OWNED_FD fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || mount(from, to, NULL, MS_BIND, NULL) < 0)
		return say("bind", from, reterr_text);
	return 0;
}

static int add_mounts(char **reterr_text)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		if (mkdir(mounts[i].path, 0755) < 0 && errno != EEXIST)
			return say("make", mounts[i].path, reterr_text);
		if (mount(mounts[i].kind, mounts[i].path, mounts[i].kind, mounts[i].flags,
			    mounts[i].data) < 0)
			return say("mount", mounts[i].kind, reterr_text);
	}
	return 0;
}

/* In the current directory. */
static int fill(char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		if (mkdir(directories[i], 0755) < 0)
			return say("make", directories[i], reterr_text);
	for (size_t i = 0; r == 0 && i < sizeof(systems) / sizeof(systems[0]); i++)
		r = add_system(systems[i], reterr_text);
	if (r == 0)
		r = add_mounts(reterr_text);
	for (size_t i = 0; r == 0 && i < sizeof(nodes) / sizeof(nodes[0]); i++)
		r = add_node(nodes[i], "kit/dev", reterr_text);
	for (size_t i = 0; r == 0 && i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i][0], links[i][1]) < 0)
			r = say("make", links[i][1], reterr_text);
	if (r == 0)
		r = add_node("null", "dev", reterr_text);
	return r < 0 ? r : add_node("fuse", "dev", reterr_text);
}

int chroot_make_root(char **reterr_text)
{
	int r = 0;

	umask(0);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return say("mount", "/", reterr_text);
	if (mount("tmpfs", PLACE, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") < 0 ||
		chdir(PLACE) < 0)
		return say("mount", PLACE, reterr_text);
	r = fill(reterr_text);
	if (r < 0)
		return r;
	/* pivot_root(2): the old root is mounted on the new one, from where it goes. */
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return say("leave", "/", reterr_text);
	return 0;
}
