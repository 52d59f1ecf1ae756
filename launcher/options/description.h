/* SPDX-License-Identifier: MIT
 * Where the description of a VM comes from: vm.conf under the command line, or an image. */
#ifndef OWVM_LAUNCHER_OPTIONS_DESCRIPTION_H
#define OWVM_LAUNCHER_OPTIONS_DESCRIPTION_H

#include "launcher/home/vmdir.h"
#include "launcher/options/options.h"

/* Does the operand mean a file, the image of a first disk? */
bool description_is_image(const char *operand);

/* Make options->vm of the operand and the options: a VM that was created (by its name or directory;
 * what the command line says of a key replaces all that vm.conf says of it), the image of a first
 * disk, or nothing. *ret_vmdir, which is VMDIR_NONE, becomes the VM's directory if it has one; the
 * caller closes it. Returns 0, or -errno with a sentence. */
int description_load(struct options *options, struct vmdir *ret_vmdir, char **reterr_text);

/* Read a directory's vm.conf under the settings of the options, and make options->vm of both. */
int description_load_directory(
	struct options *options, const char *name, const struct vmdir *vmdir, char **reterr_text);

#endif
