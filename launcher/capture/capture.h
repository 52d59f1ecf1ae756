/* SPDX-License-Identifier: MIT
 * What passes a NIC of a running VM, as pcap. */
#ifndef OWVM_LAUNCHER_CAPTURE_CAPTURE_H
#define OWVM_LAUNCHER_CAPTURE_CAPTURE_H

#include "launcher/capture/pump.h"
#include "launcher/runtime/runtime.h"

/* All is borrowed. */
struct capture {
	const struct runtime *runtime;
	int pidfd; /* of the VM */
	int signals;
	const char *netdev; /* see qemu/dump.h */
	int output;
	uint32_t snap; /* bytes of a frame, at most FRAMES_SNAP_MAX */
	uint32_t max;  /* frames; 0: until it ends otherwise */
};

#define CAPTURE_READ_TIMEOUT 2000 /* ms for the reader to take what is left */

/* Wait until a signal comes, the process of pidfd ends, the reader goes away or the pump ends. */
void capture_wait(const struct capture *capture, const struct pump *pump);

/* Write frames until a signal comes, the reader goes away, the VM ends or there are enough. Returns
 * 0, -ENODEV when there is no such netdev, or -errno with a sentence. *ret_count is what was done.
 */
int capture_nic(const struct capture *capture, struct pump_count *ret_count, char **reterr_text);

#endif
