/* SPDX-License-Identifier: MIT
 * Starting QEMU: its fds, its session, its log; waiting until it lives. */
#ifndef OWVM_LAUNCHER_QEMU_SPAWN_H
#define OWVM_LAUNCHER_QEMU_SPAWN_H

#include <sys/types.h>

#include "common/wire.h"
#include "launcher/qemu/endpoint.h"
#include "launcher/runtime/runtime.h"
#include "launcher/sandbox/sandbox.h"

/* QEMU's fds, which are numbered from INHERITED_FDS_FIRST. */
#define SPAWN_LOCK_FD 3 /* the lock, by which the VM is known to live */
#define SPAWN_TAP_FD 4	/* the first of the first NIC; the others follow, and then the sockets */
#define SPAWN_FDS_MAX (VM_NICS_MAX * 2 * WIRE_QUEUES_MAX + PLAN_SOCKETS_MAX)

/* A QEMU that was started, and the process that stays with it, which is our child. */
struct spawn {
	pid_t pid;
	int pidfd;
	pid_t keeper;
	int channel; /* to the keeper */
};

#define SPAWN_NONE \
	{ \
		.pidfd = -1, .channel = -1 \
	}

/* What QEMU is started with. All pointers are borrowed. */
struct spawn_setup {
	char *const *argv;
	struct runtime *runtime; /* claimed; its holder is QEMU then */
	const int *fds;		 /* from SPAWN_TAP_FD on */
	size_t n_fds;
	const struct endpoints *endpoints; /* after them; NULL: none */
	const struct sandbox *sandbox;	   /* NULL: none */
};

/* Start QEMU in a session of its own, without a terminal, its output in the VM's log, holding the
 * VM's lock. Returns 0 or -errno. */
int spawn_qemu(const struct spawn_setup *setup, struct spawn *ret_spawn);

/* Wait until its QMP socket answers. `signals` is a signalfd. Returns 0, -ECHILD when QEMU ended,
 * -EINTR when a signal came, -ETIMEDOUT. */
int spawn_wait_ready(const struct spawn *spawn, const struct runtime *runtime, int signals);

/* Wait for a QEMU that has ended or is about to, and for its logs to be kept. Returns its status:
 * the exit code, minus the number of the signal that killed it, or ENDED_UNKNOWN. */
int spawn_reap(struct spawn *spawn);

/* Kill it, wait for that, and keep nothing. */
void spawn_kill(struct spawn *spawn);

/* Give back the fds, and leave QEMU to its keeper. */
void spawn_free(struct spawn *spawn);

#endif
