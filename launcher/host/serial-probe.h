/* SPDX-License-Identifier: MIT
 * Serial ports: what they lead to, tried on this host. */
#ifndef OWVM_LAUNCHER_HOST_SERIAL_PROBE_H
#define OWVM_LAUNCHER_HOST_SERIAL_PROBE_H

#include <stddef.h>

#include "launcher/vm/forward.h"
#include "launcher/vm/serial.h"

/* Try on this host what serial_check() let pass: ports are bound once (after forward_probe(), whose
 * ports are in forwards[0..n_forwards)) and automatic ones filled in; no file is taken for a
 * socket; a FIFO has a reader, and is held open until serial_free(). Returns 0, or -errno with a
 * sentence. n is at most SERIAL_PORTS_MAX. */
int serial_probe(struct serial *serials, size_t n, struct serial *monitor,
	const struct forward *forwards, size_t n_forwards, char **reterr_text);

#endif
