/* SPDX-License-Identifier: MIT
 * Network cards of a running VM: QEMU is asked what there is, nothing else keeps a list. */
#ifndef OWVM_LAUNCHER_QEMU_HOTPLUG_H
#define OWVM_LAUNCHER_QEMU_HOTPLUG_H

#include <jansson.h>

#include "launcher/runtime/runtime.h"
#include "launcher/vm/nic.h"

#define HOTPLUG_ID_SIZE 16

/* Plug a NIC into the VM of that name. ret_id is what it is called from then on, `hotN`; *ret_where
 * is where it is plugged in, for people, which the caller frees. What fails is undone. Returns 0,
 * or -errno with a sentence. */
int hotplug_add(const char *name, const struct runtime *runtime, struct nic *nic,
	char ret_id[HOTPLUG_ID_SIZE], char **ret_where, char **reterr_text);

/* Take it out again: the guest has to let it go. Its port is gone then. Returns 0, or -errno with a
 * sentence. */
int hotplug_remove(const struct runtime *runtime, const char *id, char **reterr_text);

/* The NICs that were plugged in: an array of {id, network ("user", or null: a port), model, mac},
 * which the caller gives back; NULL with a sentence when QEMU does not tell, which has timeout_ms
 * for a sign of life. */
json_t *hotplug_list(const struct runtime *runtime, int timeout_ms, char **reterr_text);

#endif
