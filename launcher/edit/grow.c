/* SPDX-License-Identifier: MIT
 * A disk that becomes larger than the image that it is made of, with the root file system in it.
 *
 * All of it is read into a raw file beside it, where partition and file system grow; then the disk
 * is made anew of what is not below it already. */
#include "launcher/edit/grow.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/copy.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/edit/edit.h"
#include "launcher/edit/scratch.h"
#include "launcher/filesystem/partition.h"
#include "launcher/sandbox/run.h"
#include "launcher/sandbox/sandbox.h"

#define MIB ((uint64_t)1024 * 1024)
#define TIMEOUT (30 * 60 * 1000) /* ms: a large image on a slow disk */
#define QCOW2_SIZE_AT 24	 /* bytes */
#define SECTOR ((uint64_t)512)	 /* bytes */
#define BLOCK ((uint64_t)4096)	 /* bytes: what a file system is a number of */
#define MBR_ENTRY_AT 446	 /* bytes: of the first of its partitions */
#define MBR_ENTRY_SIZE 16
#define MBR_SECTORS_AT 12 /* in an entry */
#define MBR_ENTRIES 4	  /* the others are in one of them */

/* The size of the disk that the guest sees. */
static uint64_t size_of(const char *disk)
{
	OWNED_FD fd = open(disk, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	uint64_t size = 0;

	if (fd < 0 || pread(fd, &size, sizeof(size), QCOW2_SIZE_AT) != sizeof(size))
		return 0;
	return be64toh(size);
}

static int grow_alone(const struct grow *grow, char **reterr_text)
{
	OWNED_MEMORY char *wanted = text_format("%llu", (unsigned long long)grow->size);
	uint64_t now = size_of(grow->disk);
	char *const argv[] = {"qemu-img", "resize", "-q", "-f", "qcow2",
		(char *)(uintptr_t)grow->disk, wanted, NULL};

	if (grow->size < now)
		return text_fail(reterr_text, -EINVAL,
			"the image is a disk of %llu MiB, which does not shrink to the %llu MiB of '--disk-size'",
			(unsigned long long)((now + MIB - 1) / MIB),
			(unsigned long long)(grow->size / MIB));
	return tool_run(argv, grow->signals, TIMEOUT, NULL, reterr_text);
}

/* Let a partition of an MBR end where the disk does. */
static bool stretch(int fd, const struct partition *partition, uint64_t size)
{
	uint64_t sectors = (size - partition->offset) / SECTOR;
	uint32_t written = htole32((uint32_t)sectors);
	off_t at = MBR_ENTRY_AT + MBR_ENTRY_SIZE * ((off_t)partition->number - 1) + MBR_SECTORS_AT;

	return partition->number >= 1 && partition->number <= MBR_ENTRIES &&
	       sectors <= UINT32_MAX &&
	       pwrite(fd, &written, sizeof(written), at) == (ssize_t)sizeof(written);
}

/* Make room behind the root file system of a raw image. Returns whether there can be some, and
 * where that file system begins. */
static bool make_room(const char *raw, uint64_t size, uint64_t *ret_offset)
{
	OWNED_FD fd = open(raw, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	struct partition_table *table = calloc(1, sizeof(*table));
	const struct partition *root = NULL;
	OWNED_MEMORY char *ignored = NULL;
	bool can = false;

	if (table == NULL)
		abort();
	if (fd >= 0 && partition_read(fd, table, &ignored) == 0)
		root = partition_find_root(table);
	if (root != NULL && root->content == PARTITION_EXT4) {
		*ret_offset = root->offset;
		can = table->kind == PARTITION_TABLE_NONE ||
		      (table->kind == PARTITION_TABLE_MBR && root == &table->items[table->n - 1] &&
			      stretch(fd, root, size));
	}
	free(table);
	return can;
}

/* Make the file system that is all of a file that large. */
static int resize(const struct grow *grow, const char *file, uint64_t bytes, char **reterr_text)
{
	OWNED_MEMORY char *program = edit_find_program("resize2fs", "e2fsprogs", reterr_text);
	OWNED_MEMORY char *size =
		text_format("%lluK", (unsigned long long)(bytes / BLOCK * (BLOCK / 1024)));
	/* It looks whether the file is mounted. */
	const char *const mounts[] = {"/proc/mounts"};
	char *const argv[] = {program, "-f", (char *)(uintptr_t)file, size, NULL};

	if (program == NULL)
		return -ENOENT;
	return sandbox_run(&(struct sandbox_run){.argv = argv,
				   .read = mounts,
				   .n_read = 1,
				   .written = file,
				   .max = bytes,
				   .signals = grow->signals,
				   .timeout = TIMEOUT},
		reterr_text);
}

/* Grow the file system at that offset, in a file of its own: resize2fs would cut another one. */
static int resize_at(const struct grow *grow, const char *raw, uint64_t offset, char **reterr_text)
{
	OWNED_MEMORY char *part = text_format("%s.part", raw);
	OWNED_FD whole = open(raw, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	OWNED_FD fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	uint64_t bytes = grow->size - offset;
	int r = whole < 0 || fd < 0 || ftruncate(fd, (off_t)bytes) < 0 ? -errno : 0;

	if (r == 0)
		r = copy_data(whole, (off_t)offset, fd, 0, -1);
	if (r == 0)
		r = resize(grow, part, bytes, reterr_text);
	if (r == 0)
		r = copy_data(fd, 0, whole, (off_t)offset, -1);
	(void)!unlink(part);
	return r;
}

static int convert(const struct grow *grow, const char *raw, bool back, char **reterr_text)
{
	char *disk = (char *)(uintptr_t)grow->disk, *below = (char *)(uintptr_t)grow->below;
	char *scratch = (char *)(uintptr_t)raw;
	char *const out[] = {
		"qemu-img", "convert", "-q", "-f", "qcow2", "-O", "raw", disk, scratch, NULL};
	char *const alone[] = {
		"qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", scratch, disk, NULL};
	char *const over[] = {"qemu-img", "convert", "-q", "-f", "raw", "-O", "qcow2", "-B", below,
		"-F", grow->raw ? "raw" : "qcow2", scratch, disk, NULL};

	return tool_run(!back		? out
			: below == NULL ? alone
					: over,
		grow->signals, TIMEOUT, NULL, reterr_text);
}

/* Returns 1, 0 where it cannot be done, or -errno with a sentence; the disk is whole where it is
 * not below 0. */
static int grow_root(const struct grow *grow, const char *raw, char **reterr_text)
{
	OWNED_MEMORY char *ignored = NULL;
	uint64_t offset = 0;
	int r = 0;

	/* What follows that is an option to resize2fs. */
	if (strchr(raw, '?') != NULL || !sandbox_possible())
		return 0;
	r = convert(grow, raw, false, reterr_text);
	if (r < 0)
		return r;
	if (!make_room(raw, grow->size, &offset))
		return 0;
	r = offset == 0 ? resize(grow, raw, grow->size, &ignored)
			: resize_at(grow, raw, offset, &ignored);
	if (r < 0)
		return r == -EINTR ? text_fail(reterr_text, r, "%s", ignored) : 0;
	r = convert(grow, raw, true, reterr_text);
	return r < 0 ? r : 1;
}

int grow_disk(const struct grow *grow, char **reterr_text)
{
	OWNED_MEMORY char *raw = text_format("%s.raw", grow->disk);
	int r = grow_alone(grow, reterr_text);
	OWNED_FD fd = -1;

	if (r < 0)
		return r;
	fd = open(raw, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (fd < 0)
		return text_fail(reterr_text, -errno, "cannot make '%s': %s", raw, strerror(errno));
	r = grow_root(grow, raw, reterr_text);
	(void)!unlink(raw);
	return r;
}
