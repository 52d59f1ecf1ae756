/* SPDX-License-Identifier: MIT
 * QEMU writes what passes a NIC of a running VM into a pipe, as pcap. */
#ifndef OWVM_LAUNCHER_QEMU_DUMP_H
#define OWVM_LAUNCHER_QEMU_DUMP_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/runtime/runtime.h"

/* Is there that netdev (nic0, hot1), and does this QEMU write a header of virtio before each of its
 * frames, as all did before 8.0 for a NIC of virtio on a tap? Returns 0, -ENODEV when there is
 * none, or -errno with a sentence. */
int dump_look(
	const struct runtime *runtime, const char *netdev, bool *ret_headers, char **reterr_text);

/* The same of what `info network` prints, but for the version. */
bool dump_find(const char *text, const char *netdev, bool *ret_headers);

/* Have all that passes a netdev written to `pipe`, of which QEMU gets an end of its
 * own: at most `snap` bytes of a frame. Who reads it must never let QEMU wait. What a process that
 * is gone had left is removed. *ret_id is what dump_stop() ends; the caller frees it. Returns 0, or
 * -errno with a sentence. */
int dump_start(const struct runtime *runtime, const char *netdev, uint32_t snap, int pipe,
	char **ret_id, char **reterr_text);

/* QEMU closes its end. Returns 0, or -errno with a sentence. */
int dump_stop(const struct runtime *runtime, const char *id, char **reterr_text);

#endif
