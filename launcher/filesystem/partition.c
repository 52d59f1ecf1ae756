/* SPDX-License-Identifier: MIT
 * The partitions of a raw image, and which of them is its root file system. */
#include "launcher/filesystem/partition.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"
#include "launcher/sandbox/worker.h"

static const struct {
	enum partition_content content;
	uint64_t offset;
	const char *bytes;
} magics[] = {
	{PARTITION_SQUASHFS, 0, "hsqs"},
	{PARTITION_EXT4, 0x438, "\x53\xef"},
	{PARTITION_FAT, 0x36, "FAT1"},
	{PARTITION_FAT, 0x52, "FAT32"},
};

/* What begins at that offset of the image, by its magic. */
static enum partition_content probe(int fd, uint64_t offset, uint64_t size)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		size_t length = strlen(magics[i].bytes);
		char bytes[8] = "";

		if (magics[i].offset + length <= size &&
			file_read_at(fd, offset + magics[i].offset, bytes, length) &&
			memcmp(bytes, magics[i].bytes, length) == 0)
			return magics[i].content;
	}
	return PARTITION_OTHER;
}

static int compare(const void *left, const void *right)
{
	const struct partition *a = left, *b = right;

	return (a->offset > b->offset) - (a->offset < b->offset);
}

int partition_check(struct partition_table *table, uint64_t size, char **reterr_text)
{
	uint64_t end = 0;

	if (table->n > PARTITION_MAX)
		return text_fail(reterr_text, -EINVAL, "it has too many partitions");
	qsort(table->items, table->n, sizeof(table->items[0]), compare);
	for (size_t i = 0; i < table->n; i++) {
		const struct partition *item = &table->items[i];

		if (item->offset > size || item->size > size - item->offset)
			return text_fail(reterr_text, -EINVAL,
				"its partition %u ends behind the end of the image", item->number);
		if (item->offset < end)
			return text_fail(reterr_text, -EINVAL, "its partitions %u and %u overlap",
				table->items[i - 1].number, item->number);
		end = item->offset + item->size;
	}
	return 0;
}

static int work(void *context, char **reterr_text)
{
	struct partition_table *table = context;
	int r = partition_parse(WORKER_FD(0), table, reterr_text);

	/* It is less than a pipe holds. */
	if (r == 0 && write(WORKER_FD(1), table, sizeof(*table)) != sizeof(*table))
		r = text_fail(reterr_text, -EIO, "cannot be read");
	return r;
}

/* Have the child read it. What it tells is as hostile as the image. */
static int ask(int fd, struct partition_table *table, char **reterr_text)
{
	struct worker worker = WORKER_NONE;
	int answer[2] = {-1, -1}, r = 0;
	size_t used = 0;
	ssize_t length = 1;

	if (pipe2(answer, O_CLOEXEC) < 0)
		return text_fail(reterr_text, -errno, "cannot be read: %s", strerror(errno));
	r = worker_start(work, table, (int[]){fd, answer[1]}, 2, &worker);
	cleanup_close(&answer[1]);
	if (r < 0)
		text_fail(reterr_text, r, "cannot be read: %s", strerror(-r));
	while (r == 0 && length > 0 && used < sizeof(*table)) {
		length = read(answer[0], (char *)table + used, sizeof(*table) - used);
		used += length > 0 ? (size_t)length : 0;
	}
	cleanup_close(&answer[0]);
	if (r == 0)
		r = worker_finish(&worker, reterr_text);
	if (r == 0 && used < sizeof(*table))
		r = text_fail(reterr_text, -EIO, "cannot be read");
	return r;
}

int partition_read(int fd, struct partition_table *ret_table, char **reterr_text)
{
	struct stat st = {0};
	struct partition whole = {0};
	int r = 0;

	if (fstat(fd, &st) < 0)
		return text_fail(reterr_text, -errno, "cannot be read: %s", strerror(errno));
	memset(ret_table, 0, sizeof(*ret_table));
	whole.size = (uint64_t)st.st_size;
	whole.content = probe(fd, 0, whole.size);
	if (whole.content == PARTITION_EXT4 || whole.content == PARTITION_SQUASHFS) {
		ret_table->items[ret_table->n++] = whole;
		return 0;
	}
	r = ask(fd, ret_table, reterr_text);
	if (r == 0)
		r = partition_check(ret_table, whole.size, reterr_text);
	for (size_t i = 0; r == 0 && i < ret_table->n; i++)
		ret_table->items[i].content =
			probe(fd, ret_table->items[i].offset, ret_table->items[i].size);
	return r;
}

const struct partition *partition_find_root(const struct partition_table *table)
{
	const struct partition *found = NULL;

	for (size_t i = 0; i < table->n; i++) {
		const struct partition *item = &table->items[i];

		if (item->content == PARTITION_SQUASHFS)
			return item;
		if (item->content == PARTITION_EXT4 && (found == NULL || item->size > found->size))
			found = item;
	}
	return found;
}
