/* SPDX-License-Identifier: MIT
 * The partitions of a raw image: the side of the child, which is confined. Its input is hostile. */
#include <errno.h>
#include <libfdisk.h>
#include <string.h>

#include "launcher/base/text.h"
#include "launcher/filesystem/private.h"

static enum partition_table_kind kind_of(struct fdisk_context *disk)
{
	if (fdisk_is_label(disk, GPT))
		return PARTITION_TABLE_GPT;
	return fdisk_is_label(disk, DOS) ? PARTITION_TABLE_MBR : PARTITION_TABLE_NONE;
}

/* Multiplied later, where that can be compared. */
static int add(struct partition_table *table, struct fdisk_partition *item, uint64_t sector,
	char **reterr_text)
{
	uint64_t start = 0, size = 0;
	struct partition *partition = &table->items[table->n];

	if (!fdisk_partition_has_start(item) || !fdisk_partition_has_size(item))
		return 0;
	start = fdisk_partition_get_start(item);
	size = fdisk_partition_get_size(item);
	if (table->n == PARTITION_MAX ||
		__builtin_mul_overflow(start, sector, &partition->offset) ||
		__builtin_mul_overflow(size, sector, &partition->size))
		return text_fail(reterr_text, -EINVAL,
			"its table of partitions makes no sense: there are too many, or they are too large");
	partition->number = (unsigned int)fdisk_partition_get_partno(item) + 1;
	table->n++;
	return 0;
}

static int add_all(struct fdisk_context *disk, struct partition_table *table, char **reterr_text)
{
	struct fdisk_iter *iterator = fdisk_new_iter(FDISK_ITER_FORWARD);
	struct fdisk_table *items = NULL;
	struct fdisk_partition *item = NULL;
	uint64_t sector = fdisk_get_sector_size(disk);
	int r = iterator == NULL ? -ENOMEM : fdisk_get_partitions(disk, &items);

	if (r < 0)
		text_fail(
			reterr_text, r, "its table of partitions cannot be read: %s", strerror(-r));
	/* The container of logical partitions is none itself. */
	while (r == 0 && fdisk_table_next_partition(items, iterator, &item) == 0)
		if (!fdisk_partition_is_container(item))
			r = add(table, item, sector, reterr_text);
	fdisk_unref_table(items);
	fdisk_free_iter(iterator);
	return r;
}

int partition_parse(int fd, struct partition_table *ret_table, char **reterr_text)
{
	struct fdisk_context *disk = fdisk_new_context();
	int r = disk == NULL ? -ENOMEM : 0;

	if (r == 0) {
		fdisk_disable_dialogs(disk, 1);
		r = fdisk_assign_device_by_fd(disk, fd, "image", 1);
	}
	if (r < 0) {
		fdisk_unref_context(disk);
		return text_fail(reterr_text, r,
			"it is no disk, or its table of partitions cannot be read: %s",
			strerror(-r));
	}
	ret_table->kind = kind_of(disk);
	ret_table->n = 0;
	if (ret_table->kind != PARTITION_TABLE_NONE)
		r = add_all(disk, ret_table, reterr_text);
	fdisk_unref_context(disk);
	return r;
}
