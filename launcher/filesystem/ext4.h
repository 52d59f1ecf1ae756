/* SPDX-License-Identifier: MIT
 * An ext4 (ext2, ext3) in a raw image, read and written without a mount: libext2fs.
 *
 * Theory of operation: the library keeps no lock and no journal. So an image is written as a copy
 * that nobody else has, which is thrown away after any error, and takes the image's place only when
 * ext4_close() returned 0. What it reads may be hostile: see sandbox/worker.h.
 *
 * Paths begin with '/', which is the root of that file system; symlinks on the way lead to what is
 * in it, and the last part of a path is never followed where nothing else is said. Sentences are
 * about the image, without its name. */
#ifndef OWVM_LAUNCHER_FILESYSTEM_EXT4_H
#define OWVM_LAUNCHER_FILESYSTEM_EXT4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define EXT4_NAME_MAX 255 /* bytes of a part of a path */

struct ext4;

/* What is known of a file besides its content and names. */
struct ext4_file {
	mode_t mode; /* as in stat(2), with its type */
	uint32_t uid, gid;
	int64_t mtime;	       /* seconds since 1970 */
	uint32_t major, minor; /* of a device */
	/* What one that is made does not need. */
	uint32_t inode;
	uint32_t links;
	uint64_t size; /* bytes */
};

/* Open the file system that begins at `offset` and may have `size` bytes, for reading, or to write
 * it, in the file that is open as `fd`, which is owned from then on, also after an error. Returns
 * 0, or -errno with a sentence: -EINVAL where there is none, or one that makes no sense; -EUCLEAN
 * where it has to be repaired, or its journal played, before it is written: e2fsck -p does both. */
int ext4_open(int fd, uint64_t offset, uint64_t size, bool write, struct ext4 **ret_fs,
	char **reterr_text);

/* Write what is left and close; the memory goes in any case. The disk need not have it by then:
 * that is for fsync(2). Returns 0, or -errno with a sentence. */
int ext4_close(struct ext4 *fs, char **reterr_text);

/* Close, and leave the file as it is by then. NULL is none. */
void ext4_drop(struct ext4 *fs);

/* How many bytes it has for all that is in it. */
uint64_t ext4_space(const struct ext4 *fs);

/* What counts as the time from now on, for what is made and for the file system itself; 0: the
 * clock. For images that are the same each time. */
void ext4_set_now(struct ext4 *fs, int64_t now);

/* Look at what a path leads to; with `follow` at what a symlink there leads to. Returns 0, or
 * -errno with a sentence: -ENOENT, -ENOTDIR, -ELOOP. */
int ext4_find(struct ext4 *fs, const char *path, bool follow, struct ext4_file *ret_file,
	char **reterr_text);

/* The same of an inode, whose number something in a directory was. The path is for sentences. */
int ext4_look(struct ext4 *fs, uint32_t inode, const char *path, struct ext4_file *ret_file,
	char **reterr_text);

/* Read bytes of a regular file. Returns how many, 0 at its end, or -errno with a sentence. */
ssize_t ext4_read(struct ext4 *fs, const char *path, uint32_t inode, uint64_t offset, void *data,
	size_t size, char **reterr_text);

/* What a symlink leads to; the caller frees it. Returns 0, or -errno with a sentence. */
int ext4_read_symlink(
	struct ext4 *fs, const char *path, uint32_t inode, char **ret_target, char **reterr_text);

/* Call `visit` for each name in a directory but "." and "..", in the order of the directory. A
 * name is up to EXT4_NAME_MAX bytes without a NUL or a '/', and otherwise whatever it is; others
 * are left out. It stops where `visit` returns false. Returns 0, or -errno with a sentence. */
int ext4_each(struct ext4 *fs, const char *path, uint32_t directory,
	bool (*visit)(void *context, const char *name, uint32_t inode), void *context,
	char **reterr_text);

/* The functions below make a file with the mode, owner and time of `file`, in a directory that is
 * there, in the place of what has the name, unless that is a directory. Its other members say
 * nothing. Each returns 0, or -errno with a sentence: -ENOSPC, -EISDIR, those of ext4_find(). */

/* A regular file. `read` gives its content: bytes as read(2) does, 0 at the end, or -errno. Blocks
 * of zeros become holes. */
int ext4_put_file(struct ext4 *fs, const char *path, const struct ext4_file *file,
	ssize_t (*read)(void *context, void *data, size_t size), void *context, char **reterr_text);

/* The same from an open file, from its offset to its end. */
int ext4_put_fd(struct ext4 *fs, const char *path, const struct ext4_file *file, int fd,
	char **reterr_text);

/* A directory. One that is there keeps what is in it. */
int ext4_put_directory(
	struct ext4 *fs, const char *path, const struct ext4_file *file, char **reterr_text);

/* A symlink, whose mode is 0777. -ENAMETOOLONG where the target is empty or longer than a block. */
int ext4_put_symlink(struct ext4 *fs, const char *path, const char *target,
	const struct ext4_file *file, char **reterr_text);

/* What the type in its mode says: a device with its numbers, a fifo, a socket. */
int ext4_put_node(
	struct ext4 *fs, const char *path, const struct ext4_file *file, char **reterr_text);

/* One more name for what is at `old`, which is no directory. */
int ext4_put_link(struct ext4 *fs, const char *path, const char *old, char **reterr_text);

/* Make the directories that are missing on the way to a path, not what it names itself: of root,
 * 0755. A symlink to a directory is one. */
int ext4_make_parents(struct ext4 *fs, const char *path, char **reterr_text);

/* Set an extended attribute of what is at the path, under its full name, as "security.capability".
 * -EOPNOTSUPP for one of another kind than user, trusted, security and system. */
int ext4_put_xattr(struct ext4 *fs, const char *path, const char *name, const void *value,
	size_t size, char **reterr_text);

#endif
