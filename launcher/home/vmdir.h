/* SPDX-License-Identifier: MIT
 * The directory of a VM that was created: vm.conf, its disk, what was remembered.
 *
 * The room: kept VMs. vmdir.c knows where their directories are, vm-lock.c keeps one from being
 * started while it is changed, remember.c has what is remembered from start to start. */
#ifndef OWVM_LAUNCHER_HOME_VMDIR_H
#define OWVM_LAUNCHER_HOME_VMDIR_H

#include <stdbool.h>

#define VMDIR_CONF "vm.conf"
#define VMDIR_DISK "disk.qcow2"		   /* what `create` made of an image */
#define VMDIR_REMEMBERED "remembered.json" /* see home/remember.h */
#define VMDIR_SNAPSHOTS "snapshots.json"   /* see disk/overlay.h */

/* Where directories are found by name: $XDG_DATA_HOME/owvm or ~/.local/share/owvm, made nowhere.
 * The caller frees it; NULL when neither variable says. */
char *vmdir_home(void);

/* The directory that a VM of this name has or would have there, or NULL as above. The caller frees
 * it. */
char *vmdir_of_name(const char *name);

/* Is a vm.conf in it? */
bool vmdir_has_conf(const char *directory);

/* Is there a VM of this name that was created? */
bool vmdir_created(const char *name);

/* Is the operand a path, not a name? */
bool vmdir_is_path(const char *operand);

/* Lock the directory of a VM: shared by whoever starts the VM, until its state is written; alone by
 * whoever changes its disks or removes it. Where a file system has no locks nothing is locked. The
 * caller closes the fd. Returns it, or -errno with a sentence: -EBUSY after a moment. */
int vmdir_lock(const char *directory, bool alone, char **reterr_text);

/* The same at once and without a sentence: -EWOULDBLOCK when somebody else has it. */
int vmdir_try_lock(const char *directory, bool alone);

#endif
