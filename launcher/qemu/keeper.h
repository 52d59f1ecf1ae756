/* SPDX-License-Identifier: MIT
 * The process that stays with QEMU: its parent, which sees how it ends and keeps its logs.
 *
 * owrun starts it and goes, or waits for its word; it has no terminal, no port and no lock, and
 * does nothing until QEMU has ended. Where it is killed the VM goes on, and how that ends nobody
 * sees. */
#ifndef OWVM_LAUNCHER_QEMU_KEEPER_H
#define OWVM_LAUNCHER_QEMU_KEEPER_H

#include <sys/types.h>

#include "launcher/runtime/runtime.h"

/* In a process of its own, before QEMU is started: out of reach of the terminal. Returns 0 or
 * -errno. */
int keeper_detach(void);

/* In that process, whose child is QEMU (or -errno): say so by `channel`, a SOCK_SEQPACKET, let go
 * of all else, become the program of keeper-main.c, and see to the end. A byte that has come by
 * then: nothing is to be kept. */
__attribute__((noreturn)) void keeper_attend(const struct runtime *runtime, pid_t pid, int channel);

/* On the other side. Take the first word: *ret_pidfd is QEMU's, which the caller owns. Returns its
 * pid or -errno. */
pid_t keeper_hear(int channel, int *ret_pidfd);

/* Take the other word, when QEMU has ended or is about to. Returns the status. */
int keeper_await(int channel);

/* Nothing is to be kept. */
void keeper_drop(int channel);

#endif
