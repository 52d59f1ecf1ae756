/* SPDX-License-Identifier: MIT
 * The directory of a VM that was created: vm.conf, its disk, what was remembered. */
#include "launcher/home/vmdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define LOCK_TRIES 100
#define LOCK_PAUSE 20000000 /* ns */

char *vmdir_home(void)
{
	const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");

	if (data != NULL && data[0] == '/')
		return text_format("%s/owvm", data);
	if (home != NULL && home[0] == '/')
		return text_format("%s/.local/share/owvm", home);
	return NULL;
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

int vmdir_try_lock(const char *directory, bool alone)
{
	OWNED_FD fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -EWOULDBLOCK;
	return cleanup_steal_fd(&fd);
}

int vmdir_lock(const char *directory, bool alone, char **reterr_text)
{
	int fd = vmdir_try_lock(directory, alone);

	for (int i = 1; i < LOCK_TRIES && fd == -EWOULDBLOCK; i++) {
		nanosleep(&(struct timespec){.tv_nsec = LOCK_PAUSE}, NULL);
		fd = vmdir_try_lock(directory, alone);
	}
	if (fd == -EWOULDBLOCK)
		return text_fail(reterr_text, -EBUSY,
			"'%s' is in use by another owrun just now; try again in a moment",
			directory);
	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot open '%s': %s", directory, strerror(-fd));
	return fd;
}
