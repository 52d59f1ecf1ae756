/* SPDX-License-Identifier: MIT
 * One overlay: a new qcow2 file over another one. */
#include "launcher/disk/overlay-make.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/disk/overlay-unfinished.h"
#include "launcher/disk/snapshots.h"

#define TOOL_TIMEOUT 60000 /* ms */
#define TURNS_MAX 1000	   /* names that are tried for one overlay */

/* Make an empty file of that name, and of its second one. Returns 0, or -errno without a file. */
static int make_both(const struct vmdir *vmdir, const char *name)
{
	OWNED_MEMORY char *second = overlay_unfinished_name(name);
	OWNED_FD fd = vmdir_make_file(vmdir, second);
	int r = fd < 0 ? fd : vmdir_link(vmdir, second, name);

	if (fd >= 0 && r < 0)
		(void)!vmdir_unlink(vmdir, second);
	return r;
}

/* Make an empty file that was not there, whatever its name has to be for that. */
static int reserve(const struct overlay_new *new, char **ret_name, char **reterr_text)
{
	for (unsigned int turn = 0; turn < TURNS_MAX; turn++) {
		OWNED_MEMORY char *name = snapshots_name(new->label, new->disk, turn);
		int r = make_both(new->vmdir, name);

		if (r < 0 && r != -EEXIST)
			return text_fail(reterr_text, r, "cannot make '%s/%s': %s",
				new->vmdir->path, name, strerror(-r));
		if (r == 0) {
			*ret_name = name;
			name = NULL;
			return 0;
		}
	}
	return text_fail(reterr_text, -EEXIST, "there are %d files '%s/%s.disk%zu.N.qcow2' already",
		TURNS_MAX, new->vmdir->path, new->label, new->disk);
}

static int sync_file(const struct vmdir *vmdir, const char *name)
{
	OWNED_MEMORY char *ignored = NULL;
	OWNED_FD fd = vmdir_open_file(vmdir, name, SIZE_MAX, &ignored);

	if (fd < 0)
		return fd;
	return fsync(fd) < 0 ? -errno : 0;
}

/* Make the file, which is empty, an overlay. */
static int fill(const char *name, const struct overlay_new *new, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s/%s", new->vmdir->path, name);
	const char *relative = file_relative(new->vmdir->path, new->below);
	/* With "./" in front a name with a colon is none of QEMU's protocols. */
	OWNED_MEMORY char *below =
		text_format("%s%s", relative == new->below ? "" : "./", relative);
	char *const argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-b", below, "-F",
		new->raw ? "raw" : "qcow2", path, NULL};
	int r = tool_run(argv, -1, TOOL_TIMEOUT, NULL, reterr_text);

	if (r < 0)
		return r;
	r = sync_file(new->vmdir, name);
	if (r < 0)
		return text_fail(reterr_text, r, "cannot write '%s': %s", path, strerror(-r));
	backing_notes_made(path);
	return 0;
}

/* Is what is below this one what it was, as qemu-img opens it all, and would QEMU bear one more
 * file over it? */
static int check_below(const char *below, char **reterr_text)
{
	OWNED_CHAIN chain = {0};
	int r = backing_notes_check(below, false, &chain, reterr_text);

	if (r == 0 && chain.n + 1 > OVERLAY_DEPTH_MAX)
		return text_fail(reterr_text, -E2BIG,
			"a VM starts with %d files one below the other, and no more; 'owrun restore' to an earlier snapshot frees some",
			OVERLAY_DEPTH_MAX);
	return r;
}

int overlay_make(const struct overlay_new *new, char **ret_name, char **reterr_text)
{
	OWNED_MEMORY char *name = NULL;
	int r = new->raw ? 0 : check_below(new->below, reterr_text);

	if (r == 0)
		r = reserve(new, &name, reterr_text);
	if (r < 0)
		return r;
	r = fill(name, new, reterr_text);
	if (r < 0)
		return r;
	*ret_name = name;
	name = NULL;
	return 0;
}
