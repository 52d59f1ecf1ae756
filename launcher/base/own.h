/* SPDX-License-Identifier: MIT
 * What nobody but the user, and root, can have written: directories and files, judged on the fd
 * that is used afterwards.
 *
 * Theory of operation: a path says nothing, as who can change a directory above it decides what it
 * leads to, and may decide otherwise between two looks. So a directory is opened once and judged by
 * fstat(2), then the ones above it are, by "..", up to the root: each must belong to root or the
 * user and let nobody else write, unless it is sticky, as /tmp is, where nobody else can rename or
 * remove what is the user's. Files are opened below that fd, follow no symlink, wait for nobody and
 * are judged in the same way before a byte of them is read. */
#ifndef OWVM_LAUNCHER_BASE_OWN_H
#define OWVM_LAUNCHER_BASE_OWN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "launcher/base/own-stat.h"

enum own_privacy {
	OWN_WRITTEN, /* nobody else writes there */
	OWN_ENTERED, /* nobody else enters either */
};

/* Of an open directory: can nobody but uid and root replace what is uid's there? In a sticky one
 * others may write. */
bool own_keeps_names(int fd, const struct stat *st, uid_t uid);

/* Open a directory that is uid's own (with OWN_WRITTEN root's will do), as are those above it. The
 * last part of the path is no symlink. Returns a fd (O_RDONLY) that the caller owns, or -errno with
 * a sentence that names the owner: -ENOENT, -EPERM where others could change it, -ENOTDIR. */
int own_directory_open(const char *path, uid_t uid, enum own_privacy privacy, char **reterr_text);

/* The same for a directory that is open already. Returns 0 or -errno with a sentence about `path`,
 * which is for the sentence alone. */
int own_directory_check(
	int fd, const char *path, uid_t uid, enum own_privacy privacy, char **reterr_text);

/* Open what a path leads to, where at each step, symlinks included, nobody but uid and root can
 * lead elsewhere; what is reached is not judged. The path is absolute, or one in the directory
 * `from`. Returns a fd that the caller owns, or -errno with a phrase that goes behind "'PATH': ";
 * -EPERM names the directory on the way, and its owner. */
int own_path_open(int from, const char *path, uid_t uid, int flags, char **reterr_text);

/* May the path be used for what the user named by it? Whoever makes a symlink can lead him to files
 * that are not for the other: one of another user must lead to what is that user's. Returns 0, also
 * where nothing is, or -EPERM with a sentence. */
int own_lead_check(const char *path, uid_t uid, char **reterr_text);

/* Open (O_PATH) what the path leads to, and judge it so. Returns a fd that the caller owns, or
 * -errno with a sentence or a phrase; -EPERM as above. */
int own_lead_open(const char *path, uid_t uid, char **reterr_text);

/* Open a directory (an absolute path) as above and judge it, with OWN_WRITTEN; what is missing of
 * it and above it is made, mode 0700. *ret_made (may be NULL) is whether it itself was. Returns a
 * fd (O_RDONLY) that the caller owns, or -errno with a sentence; -EPERM before anything is made. */
int own_directory_make(const char *path, uid_t uid, bool *ret_made, char **reterr_text);

/* Is that a regular file of uid (or root) that nobody else can write, of at most `max` bytes? 0, or
 * -errno as own_file_open() returns it. */
int own_file_check(int fd, uid_t uid, size_t max);

/* Open a regular file of uid (or root) that nobody else can write, of at most `max` bytes, for
 * reading. Returns a fd that the caller owns, or -errno: -ENOENT, -ELOOP for a symlink, -EINVAL for
 * what is no regular file, -EPERM where others could have written it, -EFBIG. */
int own_file_open(int directory, const char *name, uid_t uid, size_t max);

/* Read such a file as JSON. *ret_value is the caller's. Returns 0, or -errno as above; -EBADMSG for
 * what is no JSON, with *ret_error as jansson fills it (may be NULL). */
int own_file_json(int directory, const char *name, uid_t uid, size_t max, json_t **ret_value,
	json_error_t *ret_error);

/* The command that takes from others what they can write on that way, of shell_word()s, or NULL
 * where the user cannot, as behind another user's symlink. The caller frees it. */
char *own_mend_command(const char *path, uid_t uid);

/* The same for the end of a sentence: "; 'chmod go-w DIRECTORY' mends it", or nothing. The caller
 * frees it. */
char *own_mend(const char *path, uid_t uid);

/* What to say of an error of own_file_open(): a phrase that goes behind "'PATH'". */
const char *own_phrase(int error);

#endif
