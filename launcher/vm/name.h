/* SPDX-License-Identifier: MIT
 * The names of VMs. */
#ifndef OWVM_LAUNCHER_VM_NAME_H
#define OWVM_LAUNCHER_VM_NAME_H

#include <stdbool.h>

#include "common/wire.h"

#define VM_NAME_SIZE WIRE_LABEL_SIZE /* with the NUL: a name is the label of the VM's ports */

/* Is it 1-39 of [A-Za-z0-9._-] with a letter or digit first? */
bool vm_name_valid(const char *name);

/* The same with a sentence: returns 0 or -EINVAL. */
int vm_name_check(const char *name, char **reterr_text);

/* A name out of a file's path, without its suffixes: what a name may not hold becomes '-', and one
 * that is too long is cut. */
void vm_name_derive(const char *path, char ret_name[VM_NAME_SIZE]);

#endif
