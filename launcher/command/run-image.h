/* SPDX-License-Identifier: MIT
 * The operand of `owrun run` where it means an image. */
#ifndef OWVM_LAUNCHER_COMMAND_RUN_IMAGE_H
#define OWVM_LAUNCHER_COMMAND_RUN_IMAGE_H

#include "launcher/options/options.h"

enum run_made { RUN_MADE_NOTHING, RUN_MADE_VM, RUN_MADE_ROUTER };

/* Look at a file that is named. Where an image of the store is, and no VM of that name, make a VM
 * of it that is kept, unless it was made before; the operand then is that VM. *ret_made is what
 * was made now, a router where it is of OpenWrt. Returns 0, or -errno with a sentence. */
int run_image_settle(struct options *options, enum run_made *ret_made, char **reterr_text);

/* Refuse the options that are about a disk that is made, as none was made. Returns 0, or -EINVAL
 * with a sentence. */
int run_image_check_unmade(const struct options *options, char **reterr_text);

#endif
