/* SPDX-License-Identifier: MIT
 * Making a VM that is kept, in a directory of its own. */
#ifndef OWVM_LAUNCHER_COMMAND_MAKE_H
#define OWVM_LAUNCHER_COMMAND_MAKE_H

#include "launcher/options/options.h"

/* Make it of what the options say and of an image (NULL: of none; see download/origin.h). The
 * operand is its name, or a path whose last part is. `signals`, a signalfd or -1, takes all back.
 * *ret_path, of the directory, is the caller's to free. Returns 0, or -errno with a sentence, and
 * then nothing is left. */
int make_vm(struct options *options, const char *operand, const char *image, int signals,
	char **ret_path, char **reterr_text);

#endif
