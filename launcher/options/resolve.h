/* SPDX-License-Identifier: MIT
 * Which VM an operand means: a name, or a directory whose vm.conf may give another. */
#ifndef OWVM_LAUNCHER_OPTIONS_RESOLVE_H
#define OWVM_LAUNCHER_OPTIONS_RESOLVE_H

/* What an operand means: a name, or the path of a directory (anything with a '/', and "." and
 * ".."). *ret_name is the VM's name: the `name` that its vm.conf gives, or else the directory's
 * own. *ret_directory is where its vm.conf is, NULL when there is none. The caller frees both.
 * Returns 0, or -errno with a sentence. */
int resolve_operand(const char *operand, char **ret_name, char **ret_directory, char **reterr_text);

/* As resolve_operand(), for commands that are about a VM which lives: where the operand is a path,
 * a living VM of that name must come from there. Returns 0, or -errno with a sentence. */
int resolve_living(const char *operand, char **ret_name, char **ret_directory, char **reterr_text);

/* Call visit for each directory with a vm.conf in the home, in the order of the names. */
void resolve_each(
	void (*visit)(const char *name, const char *directory, void *context), void *context);

#endif
