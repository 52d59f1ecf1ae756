/* SPDX-License-Identifier: MIT
 * The directory of a running VM: where it is, who holds it, how it goes away.
 *
 * Theory of operation: a VM is alive as long as somebody holds an exclusive flock(2) on the file
 * "lock" of its directory. owrun takes it, QEMU inherits the fd, which cannot write, and keeps it
 * until it dies, however it dies. A QEMU that a guest has taken over may let go of it: so it is
 * alive as well as long as the process is there which the file names by pid and start. Whoever gets
 * the lock of a dead one may remove the directory: the other files first, "lock" last. Whoever
 * locked a file that is no longer the one in the directory starts over.
 *
 * The directory is opened once and judged on that fd, see base/own.h; whatever is read, made,
 * connected to or removed in it is so by the fd, see file.h and connect.h. What cannot be believed
 * is said once, and then is not there. */
#ifndef OWVM_LAUNCHER_RUNTIME_RUNTIME_H
#define OWVM_LAUNCHER_RUNTIME_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/runtime/lock.h"
#include "launcher/runtime/place.h"
#include "launcher/vm/runtime-files.h"

/* The directory of one VM. */
struct runtime {
	char *directory;	      /* its path: for people, and for QEMU */
	int directory_fd;	      /* by which it is used */
	int lock;		      /* fd, -1 when it is not ours */
	struct runtime_holder holder; /* of the lock */
};

#define OWNED_RUNTIME __attribute__((cleanup(runtime_close))) struct runtime
#define RUNTIME_NONE \
	{ \
		.directory_fd = -1, .lock = -1 \
	}

/* Give back memory and fds; files stay, and QEMU keeps the VM locked if it has the lock's fd. */
void runtime_close(struct runtime *runtime);

/* Make the VM's directory and lock it. What a dead VM left there stays until runtime_clear().
 * Returns 0, -EBUSY when a VM of that name is alive, or another -errno, all with a sentence. */
int runtime_claim(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text);

/* Empty the claimed directory of what a dead VM left. */
void runtime_clear(const struct runtime *runtime);

/* Give a claimed directory back: it is removed unless a dead VM's files are in it. */
void runtime_release(struct runtime *runtime);

/* Is somebody holding the VM's lock, or the process there that did? */
bool runtime_alive(const struct runtime *runtime);

/* Remove the VM's directory, unless the VM is alive or being started. */
void runtime_remove(const struct runtime *runtime);

/* The path of a file of the VM, for people; the caller frees it. */
char *runtime_file(const struct runtime *runtime, const char *file);

#endif
