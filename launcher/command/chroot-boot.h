/* SPDX-License-Identifier: MIT
 * `owrun chroot --boot`: the command runs in a VM that has the image. */
#ifndef OWVM_LAUNCHER_COMMAND_CHROOT_BOOT_H
#define OWVM_LAUNCHER_COMMAND_CHROOT_BOOT_H

#include "launcher/options/options.h"

/* Start the VM of the options, whose first disk is the raw file at that path, have its shell run
 * the command, and turn it off. *ret_status is the command's exit status; when it is 0, all of the
 * disk is written. Returns 0, or -errno with a sentence. */
int chroot_boot(struct options *options, const char *disk, int signals, int *ret_status,
	char **reterr_text);

#endif
