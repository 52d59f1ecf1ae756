/* SPDX-License-Identifier: MIT
 * Values are taken as they are, and no shell has read them: who thinks otherwise is told. */
#ifndef OWVM_LAUNCHER_OPTIONS_LITERAL_H
#define OWVM_LAUNCHER_OPTIONS_LITERAL_H

#include "launcher/options/settings.h"

/* Refuse quotes around a value of vm.conf, and a path that leads nowhere where it has what a shell
 * would make something else of. Returns 0, or -EINVAL with a sentence without the origin. */
int literal_check(const struct setting *item, char **reterr_text);

#endif
