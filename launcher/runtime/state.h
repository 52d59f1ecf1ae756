/* SPDX-License-Identifier: MIT
 * What owrun tells of a VM that it started: a small JSON file in its runtime directory. */
#ifndef OWVM_LAUNCHER_RUNTIME_STATE_H
#define OWVM_LAUNCHER_RUNTIME_STATE_H

#include <jansson.h>

#include "launcher/plan/plan.h"
#include "launcher/runtime/runtime.h"

/* What is told of it. All pointers are borrowed. */
struct state {
	const struct vm *vm;
	const char *vmdir;    /* where its vm.conf is; NULL: it has none */
	const char *vmdir_id; /* see file_id() */
	const struct plan_facts *facts;
	const char *accel_reason;
	const char *interfaces[VM_NICS_MAX]; /* of NICs on bridges: their taps */
	const struct runtime_holder *passts; /* of NICs of passt: their processes */
	const json_t *settings;		     /* see options/settings-json.h */
	const json_t *chardevs;		     /* what QEMU's query-chardev returned; NULL: nothing */
};

/* What a completed VM is, as members of its state: an object that the caller gives back. Of its
 * NICs the addresses are `macs`; `chardevs` is as in struct state. */
json_t *state_describe(
	const struct vm *vm, uint8_t macs[VM_NICS_MAX][MAC_SIZE], const json_t *chardevs);

/* Write the file, at once or not at all. Returns 0 or -errno. */
int state_write(const struct runtime *runtime, const struct state *state);

/* Write what was read and changed, likewise. */
int state_rewrite(const struct runtime *runtime, const json_t *changed);

/* Read it: an object that the caller gives back; one that lacks members when the file does. Never
 * NULL. Members: name, vmdir (null: no vm.conf), vmdir_id (see file_id()), arch, machine,
 * accel, accel_reason, lan, interface (of the first port), wan, nics, forwards, disks, shares,
 * serials, monitor, guest_address, guest_memory (bytes), cpus, settings, arguments, sandbox, boot
 * (the host's boot id), started (seconds since 1970). */
json_t *state_read(const struct runtime *runtime);

/* Does the forward enter by the LAN that is a bridge, and not by a user network? */
bool state_enters_by_lan(const json_t *state, const struct forward *forward);

/* The i-th forward; false where there is none, or one that makes no sense. */
bool state_forward(const json_t *state, size_t i, struct forward *ret_forward);

/* The first tcp forward that leads to that port of the guest's own; one by the WAN, where a router
 * refuses, only where there is no other. Without one *ret_forward stays as it is. */
bool state_find_forward(const json_t *state, uint32_t guest, struct forward *ret_forward);

/* Does the forward lead through a passt? */
bool state_forwards_by_passt(const json_t *state, const struct forward *forward);

/* Add to each NIC that has a passt whether that is gone: `ended`, true or false. */
void state_judge_passts(json_t *state);

/* A member that is a text, as a copy that the caller frees; NULL when it is none. */
char *state_text(const json_t *state, const char *key);

/* The arguments for QEMU that owrun does not know: an array of *ret_n copies and a NULL, all of
 * which the caller frees. */
void state_arguments(const json_t *state, char ***ret_arguments, size_t *ret_n);

/* The host's boot id, which the caller frees; empty where the kernel does not tell. */
char *state_boot_id(void);

/* Was the host booted since the VM was started? */
bool state_before_boot(const json_t *state);

#endif
