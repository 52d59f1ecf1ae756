/* SPDX-License-Identifier: MIT
 * Which VM an operand means: a name, or a directory whose vm.conf may give another. */
#ifndef OWVM_LAUNCHER_OPTIONS_RESOLVE_H
#define OWVM_LAUNCHER_OPTIONS_RESOLVE_H

#include "launcher/home/vmdir.h"

/* What an operand means: a name, or the path of a directory (anything with a '/', and "." and
 * ".."). *ret_name is the VM's name: the `name` that its vm.conf gives, or else the directory's
 * own; the caller frees it. *ret_vmdir, which is VMDIR_NONE, becomes where its vm.conf is, if there
 * is one; the caller closes it. `trust`: see vmdir_open(). Returns 0, or -errno with a sentence. */
int resolve_operand(const char *operand, bool trust, char **ret_name, struct vmdir *ret_vmdir,
	char **reterr_text);

/* As resolve_operand(), for commands that are about a VM which lives: where the operand is a path,
 * a living VM of that name must come from there. Returns 0, or -errno with a sentence. */
int resolve_living(const char *operand, bool trust, char **ret_name, struct vmdir *ret_vmdir,
	char **reterr_text);

/* As resolve_living(), for commands that read nothing of the directory: a VM that runs is found by
 * its name, whoever could have written to its directory since. */
int resolve_running(const char *operand, bool trust, char **ret_name, struct vmdir *ret_vmdir,
	char **reterr_text);

/* Call visit for each directory with a vm.conf in the home, in the order of the names. A home that
 * others can change is left out with a line on stderr; what they could have written is not read. */
void resolve_each(
	void (*visit)(const char *name, const char *directory, void *context), void *context);

#endif
