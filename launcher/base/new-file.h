/* SPDX-License-Identifier: MIT
 * A file that gets its name when it is complete, in the place of what has the name, or nothing
 * has. Until then it has none: what a crash leaves is nothing. */
#ifndef OWVM_LAUNCHER_BASE_NEW_FILE_H
#define OWVM_LAUNCHER_BASE_NEW_FILE_H

#include <stdbool.h>
#include <sys/types.h>

struct new_file {
	int fd;		 /* for reading and writing */
	int directory;	 /* fd */
	char *path;	 /* that it will have */
	char *temporary; /* name, where the file system has no files without one; else NULL */
};

#define NEW_FILE_NONE \
	{ \
		.fd = -1, .directory = -1 \
	}
#define OWNED_NEW_FILE __attribute__((cleanup(new_file_drop))) struct new_file

/* Begin an empty one, whose mode is 0600. Returns 0, or -errno with a sentence. */
int new_file_open(const char *path, struct new_file *ret_file, char **reterr_text);

/* Give it its mode and its name, when the disk has all of it. With `replace` the name may be that
 * of a file, which goes. Returns 0, or -errno with a sentence: -EEXIST. */
int new_file_finish(struct new_file *file, mode_t mode, bool replace, char **reterr_text);

/* Close it; one that was not finished is gone. */
void new_file_drop(struct new_file *file);

#endif
