/* SPDX-License-Identifier: MIT
 * What the parts of a copy share. */
#ifndef OWVM_LAUNCHER_CHANGE_CLONE_PRIVATE_H
#define OWVM_LAUNCHER_CHANGE_CLONE_PRIVATE_H

#include <jansson.h>

#include "launcher/change/clone.h"
#include "launcher/change/conf-file.h"
#include "launcher/home/vm-lock.h"

/* The copy while it grows. */
struct growth {
	const struct clone *clone;
	struct conf_file source;
	json_t *snapshots;
	struct vm_lock held; /* the source */
	struct vmdir target;
	int lock; /* of the target */
};

/* Copy the disks that the VM writes to, and what they are since each snapshot. Returns 0, or -errno
 * with a sentence: -EINTR for a signal. */
int clone_copy_disks(const struct growth *growth, char **reterr_text);

/* Note what is below them, where they are now. */
void clone_note_disks(const struct growth *growth);

#endif
