/* SPDX-License-Identifier: MIT
 * Where QEMU keeps what is written to a disk with `snapshot`: a directory for each VM. */
#include "launcher/disk/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/base/xdg.h"

char *temporary_home(void)
{
	return xdg_path("XDG_CACHE_HOME", ".cache", "owvm");
}

char *temporary_of_name(const char *name)
{
	OWNED_MEMORY char *home = temporary_home();

	return home == NULL ? NULL : text_format("%s/temporary/%s", home, name);
}

int temporary_make(const char *name, char **reterr_text)
{
	OWNED_MEMORY char *path = temporary_of_name(name);
	OWNED_FD fd = -1;

	if (path == NULL)
		return text_fail(reterr_text, -ENOENT,
			"neither XDG_CACHE_HOME nor HOME says where temporary files are");
	fd = own_directory_make(path, geteuid(), NULL, reterr_text);
	return fd < 0 ? fd : 0;
}

/* QEMU cannot make directories there, so whatever cannot be unlinked was put there by somebody else
 * and stays. */
void temporary_remove(const char *name)
{
	OWNED_MEMORY char *path = temporary_of_name(name);
	OWNED_MEMORY char *ignored = NULL;
	OWNED_FD fd =
		path == NULL ? -1 : own_directory_open(path, geteuid(), OWN_WRITTEN, &ignored);
	OWNED_FD above = fd < 0 ? -1 : openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	DIR *stream = above < 0 ? NULL : fdopendir(fd);

	if (stream == NULL)
		return;
	(void)cleanup_steal_fd(&fd);
	for (struct dirent *entry = NULL; (entry = readdir(stream)) != NULL;)
		unlinkat(dirfd(stream), entry->d_name, 0);
	closedir(stream);
	unlinkat(above, name, AT_REMOVEDIR);
}
