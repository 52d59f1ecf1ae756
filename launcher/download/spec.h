/* SPDX-License-Identifier: MIT
 * Which image of OpenWrt is meant: openwrt[:VERSION][/TARGET/SUBTARGET][@FLAVOUR]. Pure. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_SPEC_H
#define OWVM_LAUNCHER_DOWNLOAD_SPEC_H

#include <stdbool.h>

#include "launcher/vm/arch.h"

#define SPEC_PART_SIZE 32 /* with the NUL */

/* Types of what is no disk. */
#define SPEC_KERNEL "kernel"
#define SPEC_TAR "tar"

struct image_spec {
	char version[SPEC_PART_SIZE];	 /* "latest", "23.05", "23.05.0", "snapshot" */
	char target[2 * SPEC_PART_SIZE]; /* "x86/64" */
	char filesystem[SPEC_PART_SIZE]; /* "ext4", "squashfs"; "": it is no disk */
	char type[SPEC_PART_SIZE]; /* "combined", "combined-efi", "rootfs", SPEC_KERNEL, SPEC_TAR */
};

/* Does a text mean an image of OpenWrt? */
bool image_spec_is(const char *text);

/* Read it; what is left out is the latest release for that architecture, on ext4, as its
 * machine can boot it. Returns 0, or -EINVAL with a sentence. */
int image_spec_parse(
	const char *text, const struct arch *arch, struct image_spec *ret_spec, char **reterr_text);

/* The architecture of a target for virtual machines; NULL: it is none that is known here. */
const char *image_spec_arch(const char *target);

/* Is a version that is meant that one: itself, or one of its series? */
bool image_spec_covers(const char *meant, const char *version);

/* Is version a older (below 0), the same or newer than b, number by number? A candidate (-rc1) is
 * older than its release. */
int image_spec_compare(const char *a, const char *b);

#endif
