/* SPDX-License-Identifier: MIT
 * What the files of qemu/hotplug.h share: questions to QEMU. */
#ifndef OWVM_LAUNCHER_QEMU_PRIVATE_H
#define OWVM_LAUNCHER_QEMU_PRIVATE_H

#include "launcher/qemu/hotplug.h"
#include "launcher/qemu/qmp.h"

#define HOTPLUG_TIMEOUT 5000 /* ms for an answer */

/* Connect to the VM's QMP socket. Returns 0, or -errno with a sentence. */
int hotplug_connect(
	const struct runtime *runtime, int timeout_ms, struct qmp *ret_qmp, char **reterr_text);

/* The devices that have an id: an array of {name, type} that the caller gives back. Returns 0, or
 * -errno with a sentence. */
int hotplug_devices(struct qmp *qmp, json_t **ret_devices, char **reterr_text);
bool hotplug_has_device(const json_t *devices, const char *id);

/* Is there a netdev of that id? One stays without its device where a guest let the device go late.
 * Returns 0, or -errno with a sentence. */
int hotplug_has_netdev(struct qmp *qmp, const char *id, bool *ret_there, char **reterr_text);

/* Have netd's helper tidy up after a port that is gone. */
void hotplug_sweep(void);

#endif
