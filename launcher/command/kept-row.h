/* SPDX-License-Identifier: MIT
 * What `ls` and `status` tell of a VM that is kept and does not run: what its vm.conf says. */
#ifndef OWVM_LAUNCHER_COMMAND_KEPT_ROW_H
#define OWVM_LAUNCHER_COMMAND_KEPT_ROW_H

#include <jansson.h>

#include "launcher/home/vmdir.h"

/* Add to what vm_row_of_kept() made of that VM what it will be when it starts, as members of its
 * state; and "problem": a sentence that says why it cannot start, as far as vm.conf tells, or
 * null. */
void kept_row_add(json_t *row, const char *name, const struct vmdir *vmdir);

#endif
