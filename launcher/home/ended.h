/* SPDX-License-Identifier: MIT
 * VMs that have ended: how, and the end of their logs, which outlives the runtime directory.
 *
 * A process that stays with QEMU notes the end in the runtime directory (qemu/keeper.h) and keeps
 * the logs; where that was killed whoever removes the directory keeps them, and nobody knows how
 * the VM ended. They are in ~/.local/state/owvm/ended, of each end three files or more:
 * "NAME@TIME.json", which comes last, and the logs with ".qemu.log", ".console.log" and, of a
 * further console, ".console2.log" in the place of ".json".
 * A guest decides what is in a log and how much: only the last bytes are kept, of the last ends of
 * a VM, and of all VMs together. */
#ifndef OWVM_LAUNCHER_HOME_ENDED_H
#define OWVM_LAUNCHER_HOME_ENDED_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

#include "launcher/home/vmdir.h"
#include "launcher/runtime/runtime.h"

#define ENDED_PLACE "ended"		/* in state_home_open() */
#define ENDED_CONSOLE_MAX (256L * 1024) /* bytes that are kept of a console's log */
#define ENDED_QEMU_MAX (64L * 1024)	/* and of QEMU's own */
#define ENDED_PER_VM 3			/* ends that are kept of one VM */
#define ENDED_IN_ALL 30

#define ENDED_UNKNOWN INT_MIN

struct ended {
	time_t time; /* 0: nobody saw it */
	int status;  /* QEMU's exit status, minus the signal that killed it, or ENDED_UNKNOWN */
};

/* Note how it ended in the directory of the VM. Returns 0 or -errno. */
int ended_note(const struct runtime *runtime, const struct ended *ended);

/* What was noted of a VM that has ended. */
void ended_noted(const struct runtime *runtime, struct ended *ret_ended);

/* Wait for the process that notes the end, which is about to; not for long. */
void ended_await(const struct runtime *runtime);

/* "VM 'x' ended on 2026-11-30 at 21:54:02 with status 0"; the caller frees it. */
char *ended_sentence(const char *name, const struct ended *ended);

/* With the VM's directory locked: keep its logs, unless that was done, the start failed, or nothing
 * says where. `ended` is how it ended; NULL: as was noted. Returns 0, or -errno with a sentence,
 * and then nothing new is kept. */
int ended_keep(const struct runtime *runtime, const struct ended *ended, char **reterr_text);

/* Keep the logs of a dead VM and remove its directory; what cannot be kept stays there. Returns 0,
 * or -errno with a sentence. */
int ended_clear_away(const struct runtime *runtime, char **reterr_text);

/* Open what is kept of the last end of a VM (back 1), or one before: RUNTIME_CONSOLE_LOG,
 * RUNTIME_QEMU_LOG, or the log of a further console. Returns a fd that the caller owns, or -errno
 * with a sentence: -ESRCH when nothing is kept. */
int ended_open(const char *name, uint32_t back, const char *file, struct ended *ret_ended,
	char **reterr_text);

/* The VM has another name now: let what is kept of it have that. */
void ended_renamed(const char *old, const char *new);

/* Remove all that is kept of a VM. Returns whether there was anything. */
bool ended_forget(const char *name);

#endif
