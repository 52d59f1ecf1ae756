/* SPDX-License-Identifier: MIT
 * The process between QEMU, which must never wait, and who reads a capture, who may.
 *
 * Theory of operation: QEMU writes each frame into a pipe before the guest goes on, and waits where
 * the pipe is full. So a child does nothing but read it. What its reader does not take it keeps, up
 * to FRAMES_QUEUE_SIZE, and then it drops whole frames and counts them. It is in a process group of
 * its own, where no Ctrl-Z at owrun's terminal stops it, and a worker, as a guest that has taken
 * over QEMU writes what it likes (see sandbox/worker.h). */
#ifndef OWVM_LAUNCHER_CAPTURE_PUMP_H
#define OWVM_LAUNCHER_CAPTURE_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/sandbox/worker.h"

/* In memory that the child shares. */
struct pump_count {
	uint64_t taken;
	uint64_t dropped;
};

struct pump {
	struct worker worker;
	int leash; /* fd: the child ends when it is closed, as at the death of its parent */
	struct pump_count *count;
};

#define PUMP_NONE \
	{ \
		.worker = WORKER_NONE, .leash = -1 \
	}
#define OWNED_PUMP __attribute__((cleanup(pump_stop))) struct pump

/* Start it. *ret_input, which is the caller's, is where pcap is to be written; `output` stays his,
 * and gets it, without the headers of virtio where there are any, up to `max` frames (0: all).
 * Returns 0, or -errno with a sentence. */
int pump_start(int output, bool headers, uint32_t max, struct pump *ret_pump, int *ret_input,
	char **reterr_text);

/* Becomes readable when it ends: fd, or -1. */
int pump_end(const struct pump *pump);

/* Nobody writes any more: let the reader take what is left, for at most that long. Returns 0, or
 * -errno with a sentence; -EPIPE, where the reader went away. *ret_count is what was done. */
int pump_finish(
	struct pump *pump, int timeout_ms, struct pump_count *ret_count, char **reterr_text);

/* End it as it is. */
void pump_stop(struct pump *pump);

#endif
