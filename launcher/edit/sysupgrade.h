/* SPDX-License-Identifier: MIT
 * Files for an image whose root file system is a squashfs, which cannot be changed.
 *
 * OpenWrt unpacks a sysupgrade.tgz of its first partition over its root file system when it boots,
 * as after an upgrade. */
#ifndef OWVM_LAUNCHER_EDIT_SYSUPGRADE_H
#define OWVM_LAUNCHER_EDIT_SYSUPGRADE_H

#include "launcher/edit/edit.h"

/* Put that archive, an open file and its path, into the first partition of the copy that the edit
 * has; one that is there is replaced. Returns 0, or -errno with a sentence about the image. */
int sysupgrade_put(const struct edit *edit, int archive, const char *path, char **reterr_text);

#endif
