/* SPDX-License-Identifier: MIT
 * The lock of a VM's runtime directory, and the process that is noted in it. */
#ifndef OWVM_LAUNCHER_RUNTIME_LOCK_H
#define OWVM_LAUNCHER_RUNTIME_LOCK_H

#include <stdbool.h>
#include <sys/types.h>

#include "launcher/base/process.h"

#define RUNTIME_PROGRAM_SIZE 48

/* Who holds the lock of a VM, as it noted itself: "PID START PROGRAM" and an end of line. */
struct runtime_holder {
	pid_t pid;			    /* 0: not known */
	char start[PROCESS_START_SIZE];	    /* see base/process.h; empty: not known */
	char program[RUNTIME_PROGRAM_SIZE]; /* file_id() of what it executes; empty: not known */
};

/* Fill in who is noted; all is 0 and empty when nobody is (yet). `directory` is, as below, the fd
 * of the VM's directory, which was judged. */
void runtime_lock_holder(int directory, struct runtime_holder *ret_holder);

/* Does somebody hold the lock, or is the process there that did? */
bool runtime_lock_lives(int directory);

/* Lock the directory of a VM that is dead. Returns the fd, which cannot write, as QEMU inherits it;
 * -EWOULDBLOCK when the VM lives, -ENOENT when the directory went away meanwhile, or another
 * -errno, see own_phrase(). */
int runtime_lock_dead(int directory);

/* What is to be noted of a process that executes, or will execute, that program; NULL: none that is
 * to be known by it. */
void runtime_holder_of(pid_t pid, const char *program, struct runtime_holder *ret_holder);

/* Note who holds the claimed lock, or in another file who serves a socket. Returns 0 or -errno. */
int runtime_note(int directory, const char *file, const struct runtime_holder *holder);

/* Who is noted in such a file. Returns false, and all is 0 and empty, when nobody is. */
bool runtime_noted(int directory, const char *file, struct runtime_holder *ret_holder);

/* Note QEMU's pid where tools look for it. Likewise. */
int runtime_write_pidfile(int directory, pid_t pid);

#endif
