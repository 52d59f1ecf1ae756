/* SPDX-License-Identifier: MIT
 * A user network of passt(1): the process beside QEMU that carries a NIC's frames.
 *
 * Theory of operation: passt gets one of two connected sockets and QEMU the other, so that no path
 * leads to either. It ends when the last fd of QEMU's end is closed, however QEMU ends. QEMU goes
 * on without it, with a NIC that carries nothing. It has no capability. It goes into namespaces of
 * its own (user, mount with an empty root, pid, ipc, uts) and a filter that leaves it the calls
 * which it makes. owrun adds no_new_privs, no fd but its own, and the filters that QEMU has: no
 * Unix socket, no other process, no key and IPC object of the user's. Landlock's rules about files
 * would refuse it the empty root. What it reaches is the network as the user has it. */
#ifndef OWVM_LAUNCHER_PASST_PASST_H
#define OWVM_LAUNCHER_PASST_PASST_H

#include "launcher/plan/plan.h"
#include "launcher/runtime/runtime.h"

/* Find the program on `path`, which may be NULL. Returns its path, which the caller frees, or NULL
 * with a sentence: there is none, or none for root. */
char *passt_find(const char *path, char **reterr_text);

/* What one is started with. All pointers are borrowed. */
struct passt_setup {
	struct plan_passt plan;	       /* its fd is settled here */
	const struct runtime *runtime; /* where its files are */
	bool free;		       /* owrun adds nothing but no_new_privs */
	int signals;		       /* signalfd of what interrupts it, or -1 */
};

/* Start one, and wait until it is ready: its ports are bound. Returns 0, the socket for QEMU, which
 * the caller owns, and who carries it; or -errno with a sentence. */
int passt_start(const struct passt_setup *setup, int *ret_socket,
	struct runtime_holder *ret_process, char **reterr_text);

/* Wait until one has ended whose socket for QEMU was closed: its ports are free then. */
void passt_await_end(const struct runtime_holder *process);

/* Connect by a tcp forward of passt, which accepts before it asks the guest, and see within
 * timeout_ms whether the guest took it: what it refuses ends at once. After half the time a silent
 * service is told that nothing will be sent; one that does not end then is not seen. */
bool passt_is_open(const struct forward *forward, int timeout_ms);

#endif
