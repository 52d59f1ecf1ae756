/* SPDX-License-Identifier: MIT
 * A command in an image: the first process inside. Paths are the image's from pivot_root(2) on. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/chroot/private.h"

#define RESOLVER "/etc/resolv.conf"
#define RESOLVER_ASIDE "/etc/.resolv.conf.owrun"

static int say(const char *what, char **reterr_text)
{
	return text_fail(reterr_text, -errno, "cannot %s: %s", what, strerror(errno));
}

/* A mount that is nowhere until put_tree(). */
static int take_tree(const char *path)
{
	return open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

static int put_tree(int tree, const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	return move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno : 0;
}

/* Where programs leave what is gone after a restart, all that is in there is gone. */
static void cover(const char *path, const char *mode)
{
	(void)!mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, mode);
}

/* In a router's image they are made when it starts. */
static void make_scratch(void)
{
	static const char *const directories[] = {
		"/run/lock", "/tmp/lock", "/tmp/run", "/tmp/log", "/tmp/state"};

	cover("/run", "mode=755");
	cover("/tmp", "mode=1777");
	for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		(void)!mkdir(directories[i], 0755);
}

static int enter(char **reterr_text)
{
	OWNED_FD dev = -1;
	OWNED_FD proc = -1;

	if (unshare(CLONE_NEWNS) < 0 ||
		mount("proc", CHROOT_PROC, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return say("mount /proc", reterr_text);
	dev = take_tree(CHROOT_DEV);
	proc = take_tree(CHROOT_PROC);
	if (dev < 0 || proc < 0)
		return say("take /dev and /proc", reterr_text);
	if (chdir(CHROOT_GUEST) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
		umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return say("enter the image", reterr_text);
	/* From here on paths lead where the image says, and nowhere else. */
	if (put_tree(dev, "/dev") < 0 || put_tree(proc, "/proc") < 0)
		return text_fail(reterr_text, -EUCLEAN,
			"the image has no place for /dev and /proc: %s", strerror(errno));
	make_scratch();
	return 0;
}

/* The image's own, which may be a link to nowhere, stands aside meanwhile. */
static int swap_resolver(const char *text, char **reterr_text)
{
	OWNED_FD fd = -1;

	if (rename(RESOLVER, RESOLVER_ASIDE) < 0 && errno != ENOENT)
		return say("put " RESOLVER " of the image aside", reterr_text);
	fd = open(RESOLVER, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return say("write " RESOLVER " of the image", reterr_text);
	return 0;
}

static int put_resolver_back(char **reterr_text)
{
	if (rename(RESOLVER_ASIDE, RESOLVER) == 0)
		return 0;
	if (errno != ENOENT || (unlink(RESOLVER) < 0 && errno != ENOENT))
		return say("put " RESOLVER " of the image back", reterr_text);
	return 0;
}

/* Its parent is the first process of the namespace, which reaps all. Returns an exit status. */
static int run(const struct chroot *chroot, char **reterr_text)
{
	int status = 0;
	pid_t ended = 0, pid = fork();

	if (pid < 0)
		return say("start a process", reterr_text);
	if (pid == 0) {
		OWNED_MEMORY char *error = NULL;
		int r = chroot_become(chroot->argv, chroot->network, &error);

		(void)!write(CHROOT_SAID, error, strlen(error));
		_exit(r == -ENOENT ? 127 : 126);
	}
	do
		ended = waitpid(-1, &status, 0);
	while (ended != pid && (ended >= 0 || errno == EINTR));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int chroot_inside(const struct chroot *chroot, const char *resolver, char **reterr_text)
{
	int status = 0, r = enter(reterr_text);

	if (r == 0 && resolver != NULL)
		r = swap_resolver(resolver, reterr_text);
	if (r < 0)
		return r;
	status = run(chroot, reterr_text);
	if (status == 0 && resolver != NULL)
		r = put_resolver_back(reterr_text);
	return r < 0 ? r : status;
}
