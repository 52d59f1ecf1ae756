/* SPDX-License-Identifier: MIT
 * What nobody but the user, and root, can have written: the command that makes it so. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"

/* A symlink of another user, who may lead it elsewhere at any time? */
static bool is_strangers_link(const char *path, uid_t uid)
{
	struct stat st = {0};

	return lstat(path, &st) == 0 && S_ISLNK(st.st_mode) && !own_by_owner(st.st_uid, uid);
}

char *own_mend_command(const char *path, uid_t uid)
{
	OWNED_MEMORY char *prefix = text_format("%s", path);
	size_t length = 0;

	while (path[length] != '\0') {
		OWNED_FD fd = -1;
		OWNED_MEMORY char *word = NULL;
		struct stat st = {0};

		length += strspn(path + length, "/");
		length += strcspn(path + length, "/");
		memcpy(prefix, path, length);
		prefix[length] = '\0';
		if (is_strangers_link(prefix, uid))
			return NULL;
		fd = open(prefix, O_PATH | O_CLOEXEC);
		if (fd < 0 || fstat(fd, &st) < 0 ||
			(path[length] != '\0' && own_keeps_names(fd, &st, uid)) ||
			own_by_fd(fd, &st, uid))
			continue;
		word = shell_word(prefix);
		return st.st_uid == uid ? text_format("chmod go-w %s", word) : NULL;
	}
	return NULL;
}

char *own_mend(const char *path, uid_t uid)
{
	OWNED_MEMORY char *command = own_mend_command(path, uid);

	return command == NULL ? text_format("%s", "") : text_format("; '%s' mends it", command);
}
