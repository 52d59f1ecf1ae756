/* SPDX-License-Identifier: MIT
 * What a VM needs of this host: its files, and QEMU. */
#ifndef OWVM_LAUNCHER_HOST_H
#define OWVM_LAUNCHER_HOST_H

#include "launcher/vm.h"

#define HOST_QEMU "qemu-system-x86_64"

/* Check that all files of the VM are there and can be used as they have to be, and make their paths
 * absolute. Returns 0, or -errno with a sentence about the first that is not. */
int host_check_files(struct vm *vm, char **reterr_text);

/* Find a program on `path` ($PATH; relative entries are skipped). Returns 0 and its path, which the
 * caller frees, or -ENOENT with a sentence. */
int host_find_qemu(const char *path, char **ret_program, char **reterr_text);

#endif
