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
#include "launcher/image/convert.h"
#include "launcher/sandbox/sandbox.h"

#define COPY_TIMEOUT (30 * 60 * 1000) /* ms: a large image on a slow disk */

static int lay_over(
	const struct image_origin *origin, const char *disk, int signals, char **reterr_text)
{
	char *const argv[] = {"qemu-img", "create", "-q", "-f", "qcow2", "-b", origin->path, "-F",
		origin->raw ? "raw" : "qcow2", (char *)(uintptr_t)disk, NULL};

	return tool_run(argv, signals, COPY_TIMEOUT, NULL, reterr_text);
}

static int convert_held(const struct image_origin *origin, const struct backing_chain *below,
	const char *disk, int signals, char **reterr_text)
{
	OWNED_MEMORY char *program = host_find_program("", getenv("PATH"), "qemu-img");

	if (program == NULL)
		return text_fail(reterr_text, -ENOENT, "there is no program 'qemu-img'");
	return convert_run(&(struct convert){.program = program,
				   .from = origin->path,
				   .from_format = origin->raw ? "raw" : "qcow2",
				   .below = below,
				   .to = disk,
				   .to_format = "qcow2",
				   .max = INT64_MAX,
				   .signals = signals,
				   .timeout = COPY_TIMEOUT},
		reterr_text);
}

static int copy(const struct image_origin *origin, const char *disk, bool trust, int signals,
	char **reterr_text)
{
	OWNED_CHAIN chain = {0};
	bool held = false;
	char *const argv[] = {"qemu-img", "convert", "-q", "-f", origin->raw ? "raw" : "qcow2",
		"-O", "qcow2", origin->path, (char *)(uintptr_t)disk, NULL};
	int r = 0;

	if (access(origin->path, R_OK) < 0)
		return text_fail(
			reterr_text, -errno, "image '%s': %s", origin->path, strerror(errno));
	r = own_lead_check(origin->path, geteuid(), reterr_text);
	if (r < 0)
		return r;
	/* A guest that had the image must not get a file of the user's copied by it. */
	if (!trust)
		r = backing_own_check_all(origin->path, reterr_text);
	/* Another user's raw image names none; its own name may lead to one by now. */
	held = origin->raw && r < 0 && sandbox_possible();
	if (!origin->raw && r == 0) {
		r = backing_notes_check(origin->path, trust, &chain, reterr_text);
		held = chain.n > 0 && r == 0 && !trust && sandbox_possible();
	}
	if (held)
		return convert_held(origin, &chain, disk, signals, reterr_text);
	return r < 0 ? r : tool_run(argv, signals, COPY_TIMEOUT, NULL, reterr_text);
}

int image_origin_fill(const struct image_origin *origin, const char *disk, bool trust, int signals,
	char **reterr_text)
{
	return origin->image != NULL ? lay_over(origin, disk, signals, reterr_text)
				     : copy(origin, disk, trust, signals, reterr_text);
}
