/* SPDX-License-Identifier: MIT
 * Steps from the description of a VM to a running one that are files of their own. */
#ifndef OWVM_LAUNCHER_START_PRIVATE_H
#define OWVM_LAUNCHER_START_PRIVATE_H

#include "launcher/start/start.h"

/* Read what is remembered of the completed VM, and complain where that cannot be used. */
void start_recall(struct start *start);

/* With what is remembered: give each NIC its address in start->facts, the VM's own or another where
 * that is taken, and remember that. */
void start_settle_macs(struct start *start);

/* Write what is remembered, and complain where that cannot be done: the VM runs all the same. */
void start_remember(struct start *start);

/* With directory and taps: start QEMU and wait until it answers. Where KVM was chosen by itself and
 * QEMU or the guest does not get going, do it again under TCG with the same taps, and say so.
 * Returns 0, or -errno with a sentence, and then no QEMU is left. */
int start_qemu(struct start *start, char **reterr_text);

/* With ports: start the process that forwards to the LAN, where there are such forwards. Returns 0,
 * or -errno with a sentence. */
int start_forwarder(struct start *start, char **reterr_text);

/* With QEMU: have it attend to that. Returns 0, or -errno with a sentence, and then no QEMU is
 * left. */
int start_attend_forwarder(struct start *start, char **reterr_text);

/* Write the state of the VM, see runtime/state.h. Likewise. */
int start_note(struct start *start, const struct settings *settings, char **reterr_text);

/* Get the ports of NICs on bridges from netd, and number the fds of all NICs for QEMU. Returns 0,
 * or -errno with a sentence. */
int start_open_ports(struct start *start, char **reterr_text);
void start_close_ports(struct start *start);

/* Find passt where a NIC needs it. Returns 0, or -EINVAL with a sentence. */
int start_find_passt(struct start *start, char **reterr_text);

/* Start a passt for each NIC of that kind, whose fd for QEMU is in start->fds. One that was there
 * for a QEMU that is gone ends before. Returns 0, or -errno with a sentence. */
int start_passts(struct start *start, char **reterr_text);

/* What would let QEMU start, where owrun knows of something, or NULL; static. `log` is its own, and
 * `status` what spawn_reap() returned. */
const char *start_way_out(const struct start *start, int log, int status);

/* Say what of the words behind "--" the sandbox makes void, although QEMU starts. */
void start_tell_limits(const struct start *start);

/* Say which shares hold something that the guest cannot read. */
void start_tell_shares(const struct start *start);

#endif
