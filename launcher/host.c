/* SPDX-License-Identifier: MIT
 * What a VM needs of this host: its files, and QEMU. */
#include "launcher/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/text.h"

/* QEMU would take what stands before a ':' in a relative path for a protocol. */
static void make_absolute(char **path)
{
	OWNED_MEMORY char *relative = *path;
	OWNED_MEMORY char *directory = NULL;

	if (relative[0] == '/') {
		relative = NULL;
		return;
	}
	directory = getcwd(NULL, 0);
	*path = text_format("%s/%s", directory == NULL ? "." : directory, relative);
}

static int check_file(const char *what, char **path, int mode, char **reterr_text)
{
	struct stat st = {0};

	if (*path == NULL)
		return 0;
	if (stat(*path, &st) < 0)
		return text_fail(reterr_text, -errno, "%s '%s': %s", what, *path, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return text_fail(
			reterr_text, -EINVAL, "%s '%s' is not a regular file", what, *path);
	if (access(*path, mode) < 0)
		return text_fail(reterr_text, -errno, "%s '%s' cannot be %s by you: %s", what,
			*path, mode & W_OK ? "written" : "read", strerror(errno));
	make_absolute(path);
	return 0;
}

static int check_disk(struct vm_disk *disk, char **reterr_text)
{
	bool written = !disk->readonly && !disk->snapshot;
	int r = check_file("disk", &disk->path, written ? R_OK | W_OK : R_OK, reterr_text);

	if ((r == -EACCES || r == -EROFS) && written)
		return text_fail(reterr_text, r,
			"%s; with '--disk %s,snapshot' nothing is written to it", *reterr_text,
			disk->path);
	return r;
}

static int check_share(struct vm_share *share, char **reterr_text)
{
	struct stat st = {0};

	if (stat(share->path, &st) < 0)
		return text_fail(
			reterr_text, -errno, "share '%s': %s", share->path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return text_fail(
			reterr_text, -ENOTDIR, "share '%s' is not a directory", share->path);
	if (access(share->path, R_OK | X_OK) < 0)
		return text_fail(reterr_text, -errno, "share '%s' cannot be read by you: %s",
			share->path, strerror(errno));
	make_absolute(&share->path);
	return 0;
}

int host_check_files(struct vm *vm, char **reterr_text)
{
	int r = check_file("kernel", &vm->kernel, R_OK, reterr_text);

	if (r == 0)
		r = check_file("initrd", &vm->initrd, R_OK, reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		r = check_disk(&vm->disks[i], reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_shares; i++)
		r = check_share(&vm->shares[i], reterr_text);
	return r;
}

int host_find_qemu(const char *path, char **ret_program, char **reterr_text)
{
	OWNED_MEMORY char *copy = text_format("%s", path == NULL ? "" : path);
	char *rest = copy, *directory = NULL;

	while ((directory = strsep(&rest, ":")) != NULL) {
		OWNED_MEMORY char *program = text_format("%s/" HOST_QEMU, directory);
		struct stat st = {0};

		if (directory[0] != '/' || stat(program, &st) < 0 || !S_ISREG(st.st_mode) ||
			access(program, X_OK) < 0)
			continue;
		*ret_program = program;
		program = NULL;
		return 0;
	}
	return text_fail(reterr_text, -ENOENT,
		"'" HOST_QEMU
		"' is not on your PATH; on Debian it is in the package 'qemu-system-x86'");
}
