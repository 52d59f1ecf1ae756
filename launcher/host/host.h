/* SPDX-License-Identifier: MIT
 * What a VM needs of this host: its files, and QEMU. */
#ifndef OWVM_LAUNCHER_HOST_HOST_H
#define OWVM_LAUNCHER_HOST_HOST_H

#include "launcher/vm/vm.h"

/* Check that all files of the VM are there and can be used as they have to be. Returns 0, or -errno
 * with a sentence about the first that is not. */
int host_check_files(struct vm *vm, char **reterr_text);

/* An executable file of that name in one of the directories of `path`, a list as $PATH is one,
 * below root (empty but in tests); relative entries are skipped. NULL: there is none. The caller
 * frees it. */
char *host_find_program(const char *root, const char *path, const char *name);

/* Find the architecture's QEMU on `path` ($PATH). Returns 0 and its path, which the caller
 * frees, or -ENOENT with a sentence. */
int host_find_qemu(
	const struct arch *arch, const char *path, char **ret_program, char **reterr_text);

#endif
