/* SPDX-License-Identifier: MIT
 * The commands of owrun, a file each: what main.c's table calls. */
#ifndef OWVM_LAUNCHER_COMMANDS_H
#define OWVM_LAUNCHER_COMMANDS_H

#include "launcher/options.h"

/* Each carries its command out, tells on stderr what went wrong, and returns the exit status. */
int run_run(struct options *options);
int list_run(struct options *options);
int attach_run(struct options *options);
int stop_run(struct options *options);
int nets_run(struct options *options);
int ports_run(struct options *options);

#endif
