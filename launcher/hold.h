/* SPDX-License-Identifier: MIT
 * Which directory a living VM came from, and holding a VM's directory against its start. */
#ifndef OWVM_LAUNCHER_HOLD_H
#define OWVM_LAUNCHER_HOLD_H

#include "launcher/runtime.h"

/* As vmdir_resolve(), for commands that are about a VM which lives: where the operand is a path, a
 * living VM of that name must come from there. Returns 0, or -errno with a sentence. */
int hold_resolve(const char *operand, char **ret_name, char **ret_directory, char **reterr_text);

/* Does the VM, which runs or has ended, come from that directory? */
bool hold_is_from(const struct runtime *runtime, const char *directory);

/* A VM that nobody can start or change. */
struct hold {
	struct runtime runtime; /* its name, claimed */
	int directory;		/* fd, locked; -1: there is none */
};

#define OWNED_HOLD __attribute__((cleanup(hold_release))) struct hold
#define HOLD_NONE \
	{ \
		.runtime = RUNTIME_NONE, .directory = -1 \
	}

/* Hold the VM of that name and its directory (NULL: it has none), to change its disks or to remove
 * it. Returns 0, -EBUSY when it runs, when another VM runs from that directory, or when another
 * owrun is at it, or another -errno, all with a sentence. */
int hold_take(const char *name, const char *directory, struct hold *ret_hold, char **reterr_text);

/* Let go; what an ended VM left in the runtime directory stays. */
void hold_release(struct hold *hold);

#endif
