/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest: whether it is free. */
#ifndef OWVM_LAUNCHER_HOST_FORWARD_PROBE_H
#define OWVM_LAUNCHER_HOST_FORWARD_PROBE_H

#include <stddef.h>

#include "launcher/vm/forward.h"

/* Bind each of forwards[0..n) once, so that what QEMU tells with one vague message gets its own
 * sentence here, and fill in automatic ports. Returns 0, or -errno with a sentence. n is at most
 * FORWARDS_MAX. */
int forward_probe(struct forward *forwards, size_t n, char **reterr_text);

/* Bind one, with the same sentences. *ret_socket is the caller's. Returns 0, or -errno. */
int forward_bind(struct forward *forward, int *ret_socket, char **reterr_text);

#endif
