/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one. */
#ifndef OWVM_LAUNCHER_START_START_H
#define OWVM_LAUNCHER_START_START_H

#include "launcher/home/vmdir.h"
#include "launcher/netd-client/client.h"
#include "launcher/options/settings.h"
#include "launcher/plan/plan.h"
#include "launcher/qemu/spawn.h"
#include "launcher/relay/forwarder.h"
#include "launcher/runtime/runtime.h"

/* What is known on the way to a running VM. */
struct start {
	struct vm *vm;		   /* borrowed */
	const struct vmdir *vmdir; /* borrowed: where its vm.conf is, or VMDIR_NONE */
	int vmdir_lock;		   /* fd, while it is being started; -1: not locked */
	int signals;		   /* signalfd of what interrupts it; -1: not opened yet */
	struct netd_client client;
	struct runtime_places places;
	struct plan_facts facts;
	struct runtime runtime;
	struct sandbox sandbox;			   /* empty where there is none */
	struct wire_tap_reply ports[VM_NICS_MAX];  /* of NICs on bridges */
	struct netd_fds fds[VM_NICS_MAX];	   /* theirs */
	size_t n_fds;				   /* of all */
	struct runtime_holder passts[VM_NICS_MAX]; /* of NICs of passt: their processes */
	struct forwarder forwarder;		   /* while it is being started */
	struct spawn spawn;
	char *qemu;
	char *passt;	 /* the program; NULL: no NIC has one */
	char *directory; /* of the runtime files */
	char *accel_reason;
	struct vmdir memory_place; /* of home/remember.h, where there is no vm.conf */
	json_t *memory;
	bool remembers; /* there is, or can be, a place for that */
	bool fell_back; /* the LAN, to a user network */
};

/* Both are borrowed. */
void start_init(struct start *ret_start, struct vm *vm, const struct vmdir *vmdir);
void start_free(struct start *start);

#define OWNED_START __attribute__((cleanup(start_free))) struct start

/* Complete the VM, lock its name and its directory unless this is for show (`dry`), and check all
 * that can be known without netd and without starting anything. Returns 0, or -errno with a
 * sentence. */
int start_prepare(struct start *start, bool dry, char **reterr_text);

/* After start_prepare(): get the ports, start QEMU, wait until it answers. Whatever fails leaves
 * nothing behind. `settings` and the VM's directory are noted for `restart`. Returns 0, or -errno
 * with a sentence. */
int start_vm(struct start *start, const struct settings *settings, char **reterr_text);

/* The addresses that the NICs of a completed VM get when it starts, as things are. */
void start_tell_macs(
	struct vm *vm, const struct vmdir *vmdir, uint8_t ret_macs[VM_NICS_MAX][MAC_SIZE]);

/* After start_prepare(), for show: print the commands of the passts that listen for QEMU. */
void start_print_passts(const struct start *start, FILE *stream);

#endif
