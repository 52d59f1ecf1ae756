/* SPDX-License-Identifier: MIT
 * What a VM is made of: the disk that is made of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/disk/backing-own.h"
#include "launcher/download/origin.h"
#include "launcher/host/host.h"
#include "launcher/sandbox/run.h"
#include "launcher/sandbox/sandbox.h"

#define COPY_TIMEOUT (30 * 60 * 1000) /* ms: a large image on a slow disk */

static int lay_over(
	const struct image_origin *origin, const char *disk, int signals, char **reterr_text)
{
	char *const argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-b", origin->path, "-F",
		origin->raw ? "raw" : "qcow2", (char *)(uintptr_t)disk, NULL};

	return tool_run(argv, signals, COPY_TIMEOUT, NULL, reterr_text);
}

/* What is below an image may name further files by many ways: qemu-img reads those that were looked
 * at, and no others. */
static int convert_held(const struct image_origin *origin, const struct backing_chain *chain,
	char **argv, const char *disk, int signals, char **reterr_text)
{
	OWNED_MEMORY char *program = host_find_program("", getenv("PATH"), argv[0]);
	OWNED_MEMORY const char **read = calloc(chain->n + 1, sizeof(*read));

	if (program == NULL)
		return text_fail(reterr_text, -ENOENT, "there is no program '%s'", argv[0]);
	if (read == NULL)
		abort();
	argv[0] = program;
	read[0] = origin->path;
	for (size_t i = 0; i < chain->n; i++)
		read[i + 1] = chain->items[i].path;
	return sandbox_run(&(struct sandbox_run){.argv = argv,
				   .read = read,
				   .n_read = chain->n + 1,
				   .written = disk,
				   .max = INT64_MAX,
				   .signals = signals,
				   .timeout = COPY_TIMEOUT},
		reterr_text);
}

static int copy(const struct image_origin *origin, const char *disk, bool trust, int signals,
	char **reterr_text)
{
	OWNED_CHAIN chain = {0};
	char *argv[] = {"qemu-img", "convert", "-q", "-f", origin->raw ? "raw" : "qcow2", "-O",
		"qcow2", origin->path, (char *)(uintptr_t)disk, NULL};
	int r = 0;

	if (access(origin->path, R_OK) < 0)
		return text_fail(
			reterr_text, -errno, "image '%s': %s", origin->path, strerror(errno));
	r = own_lead_check(origin->path, geteuid(), reterr_text);
	if (r < 0)
		return r;
	/* A guest that had the image must not get a file of the user's copied by it. */
	if (!origin->raw && !trust)
		r = backing_own_check_all(origin->path, reterr_text);
	if (r == 0 && !origin->raw && !trust && backing_has_data_file(origin->path))
		r = text_fail(reterr_text, -EPERM,
			"image '%s' keeps its data in another file; '--trust-backing' takes it as it is",
			origin->path);
	if (!origin->raw && r == 0)
		r = backing_notes_check(origin->path, trust, &chain, reterr_text);
	if (r == 0 && chain.n > 0 && !trust && sandbox_possible())
		return convert_held(origin, &chain, argv, disk, signals, reterr_text);
	return r < 0 ? r : tool_run(argv, signals, COPY_TIMEOUT, NULL, reterr_text);
}

int image_origin_fill(const struct image_origin *origin, const char *disk, bool trust, int signals,
	char **reterr_text)
{
	return origin->image != NULL ? lay_over(origin, disk, signals, reterr_text)
				     : copy(origin, disk, trust, signals, reterr_text);
}
