/* SPDX-License-Identifier: MIT
 * A kept VM gets another name.
 *
 * What stays: its disks, its snapshots, its logs, what was noted of what is below the disks, and
 * the addresses of its network cards, which come of the old name unless they are remembered. */
#ifndef OWVM_LAUNCHER_CHANGE_RENAME_H
#define OWVM_LAUNCHER_CHANGE_RENAME_H

#include <stdbool.h>

/* Rename the VM that is kept by its name, and does not run. *ret_old is the name that it had where
 * it ran, which the caller frees. Returns 0, or -errno with a sentence, and then it has its old
 * name: -EEXIST when there is something by the new one, -EBUSY when one of both runs. */
int rename_vm(const char *old, const char *new, bool trust, char **ret_old, char **reterr_text);

#endif
