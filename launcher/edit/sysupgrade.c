/* SPDX-License-Identifier: MIT
 * Files for an image whose root file system is a squashfs, which cannot be changed. */
#include "launcher/edit/sysupgrade.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/filesystem/ext4.h"
#include "launcher/sandbox/worker.h"

#define NAME "/sysupgrade.tgz"
#define TIMEOUT 60000 /* ms */

static int work(void *context, char **reterr_text)
{
	const struct partition *partition = context;
	const struct ext4_file file = {.mode = S_IFREG | 0600, .mtime = time(NULL)};
	struct ext4 *fs = NULL;
	int r = ext4_open(WORKER_FD(0), partition->offset, partition->size, true, &fs, reterr_text);

	if (r < 0)
		return r;
	r = ext4_put_fd(fs, NAME, &file, WORKER_FD(1), reterr_text);
	if (r == 0)
		return ext4_close(fs, reterr_text);
	ext4_drop(fs);
	return r;
}

static int put_ext4(
	const struct edit *edit, struct partition *boot, int archive, char **reterr_text)
{
	struct worker worker = WORKER_NONE;
	int r = worker_start(work, boot, (int[]){edit_fd(edit), archive}, 2, &worker);

	return r < 0 ? text_fail(reterr_text, r, "%s", strerror(-r))
		     : worker_finish(&worker, reterr_text);
}

static int put_fat(
	const struct edit *edit, const struct partition *boot, const char *path, char **reterr_text)
{
	OWNED_MEMORY char *where =
		text_format("%s@@%llu", edit_file(edit), (unsigned long long)boot->offset);
	OWNED_MEMORY char *from = text_format("%s", path);
	char *const argv[] = {NULL, "-o", "-i", where, from, "::" NAME, NULL};

	return edit_run_tool(edit, "mcopy", "mtools", argv, path, TIMEOUT, reterr_text);
}

int sysupgrade_put(const struct edit *edit, int archive, const char *path, char **reterr_text)
{
	struct partition boot = edit->table.items[0];

	if (edit->table.n < 2 || edit->root == &edit->table.items[0])
		boot.content = PARTITION_OTHER;
	if (boot.content == PARTITION_EXT4)
		return put_ext4(edit, &boot, archive, reterr_text);
	if (boot.content == PARTITION_FAT)
		return put_fat(edit, &boot, path, reterr_text);
	return text_fail(reterr_text, -EOPNOTSUPP,
		"has a squashfs, which cannot be changed, and no partition before it that takes files");
}
