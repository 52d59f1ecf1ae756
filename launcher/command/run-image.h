/* SPDX-License-Identifier: MIT
 * The operand of `owrun run` where it means an image. */
#ifndef OWVM_LAUNCHER_COMMAND_RUN_IMAGE_H
#define OWVM_LAUNCHER_COMMAND_RUN_IMAGE_H

#include "launcher/options/options.h"

/* Look at a file that is named. Where an image of the store is, and no VM of that name, make a VM
 * of it that is kept, unless it was made before; the operand then is that VM. *ret_router: it was
 * made now, of OpenWrt. Returns 0, or -errno with a sentence. */
int run_image_settle(struct options *options, bool *ret_router, char **reterr_text);

#endif
