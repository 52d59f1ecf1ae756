/* SPDX-License-Identifier: MIT
 * The directory of a running VM: where it is, who holds it, how it goes away.
 *
 * Theory of operation: a VM is alive as long as somebody holds an exclusive flock(2) on the file
 * "lock" of its directory. owrun takes it, QEMU inherits the fd, which cannot write, and keeps it
 * until it dies, however it dies. A QEMU that a guest has taken over may let go of it: so it is
 * alive as well as long as the process is there which the file names by pid and start. Whoever gets
 * the lock of a dead one may remove the directory: the other files first, "lock" last. Whoever
 * locked a file that is no longer the one in the directory starts over. */
#ifndef OWVM_LAUNCHER_RUNTIME_RUNTIME_H
#define OWVM_LAUNCHER_RUNTIME_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/runtime/lock.h"
#include "launcher/runtime/place.h"
#include "launcher/vm/runtime-files.h"

/* The directory of one VM. */
struct runtime {
	char *directory;
	int lock;		      /* fd, -1 when it is not ours */
	struct runtime_holder holder; /* of the lock */
};

#define OWNED_RUNTIME __attribute__((cleanup(runtime_close))) struct runtime
#define RUNTIME_NONE \
	{ \
		.lock = -1 \
	}

/* Give back memory and the lock's fd; files stay, and QEMU keeps the VM locked if it has the fd. */
void runtime_close(struct runtime *runtime);

/* Make the VM's directory and lock it. What a dead VM left there stays until runtime_clear().
 * Returns 0, -EBUSY when a VM of that name is alive, or another -errno, all with a sentence. */
int runtime_claim(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text);

/* Empty the claimed directory of what a dead VM left. */
void runtime_clear(const struct runtime *runtime);

/* Give a claimed directory back: it is removed unless a dead VM's files are in it. */
void runtime_release(struct runtime *runtime);

/* Find a living VM. Returns 0, or -ESRCH with a sentence. */
int runtime_find(const struct runtime_places *places, const char *name, struct runtime *ret_runtime,
	char **reterr_text);

/* Find a living VM, or the directory that an ended one left. Returns 0, or -ESRCH with a
 * sentence. */
int runtime_find_any(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text);

/* Is somebody holding the VM's lock, or the process there that did? */
bool runtime_alive(const struct runtime *runtime);

/* Remove the VM's directory, unless the VM is alive or being started. */
void runtime_remove(const struct runtime *runtime);

typedef void runtime_visitor(
	const char *name, const struct runtime *runtime, bool alive, void *context);

/* Call visit for each VM, alive or ended, in the order of the names in each place. */
void runtime_each(const struct runtime_places *places, runtime_visitor *visit, void *context);

/* The path of a file of the VM; the caller frees it. */
char *runtime_file(const struct runtime *runtime, const char *file);

#endif
