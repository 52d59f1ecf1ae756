/* SPDX-License-Identifier: MIT
 * QEMU's command line, made from the description of a VM: a pure function.
 *
 * The room: plan.c has the machine, disks and network, chardev.c serial ports and monitors, passt.c
 * the command line of a WAN's passt, option.c how an option is added and printed. What became known
 * of this host comes in as facts. */
#ifndef OWVM_LAUNCHER_PLAN_PLAN_H
#define OWVM_LAUNCHER_PLAN_PLAN_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/mac.h"
#include "launcher/vm/vm.h"

#define PLAN_NETDEV "nic%zu" /* the id of a NIC's netdev, from 0 */
#define PLAN_MTU 1500	     /* what a guest assumes when it is told nothing */

/* Interrupts of a virtio NIC with that many queues: in and out for each, its settings, its
 * control. */
#define PLAN_VECTORS(queues) (2 * (queues) + 2)

#define PLAN_SOCKETS_MAX (VM_SERIALS_MAX + 3) /* with QMP and two monitors */

#define PLAN_HOT_PORTS 4       /* into which NICs can be plugged while the VM runs */
#define PLAN_HOT_BUS "hotplug" /* and their numbers, where the machine has PCI Express */

/* Has the machine PCI Express, where a card is plugged into a port of its own? */
bool plan_has_ports(const char *machine);

/* What became known of a NIC. */
struct plan_nic {
	int fd;	     /* of NIC_BRIDGE: its first tap's number inside QEMU; all of its fds follow. Of
		 * NIC_PASST: its socket's; 0: QEMU connects to passt */
	size_t taps; /* one for each queue */
	size_t vhosts; /* after the taps: none, or as many */
	uint32_t mtu;  /* bytes; 0: unknown */
	uint8_t mac[MAC_SIZE];
};

/* What became known of this host. All pointers are borrowed. */
struct plan_facts {
	const char *qemu;      /* path of the program */
	const char *directory; /* of the runtime files, see runtime/runtime.h */
	enum accel accel;      /* never ACCEL_AUTO */
	struct plan_nic nics[VM_NICS_MAX];
	int socket_fd; /* number inside QEMU of its first Unix socket; 0: it makes them itself */
	const char *bridge_helper; /* NULL: the taps are fds; else QEMU is to run this for them */
	bool trust_backing;	/* what is below the disks may be new, see disk/backing-notes.h */
	char *const *arguments; /* further ones, for QEMU as they are */
	size_t n_arguments;
};

/* One option and its value, which is NULL where the option takes none. */
struct plan_option {
	char *name;
	char *value;
};

/* A Unix socket that QEMU gets as an fd. */
struct plan_socket {
	char *path;
	bool listens;	  /* else it is connected */
	const char *file; /* its name in the directory of the runtime files; NULL: not there */
};

/* What a passt(1) is to be for a NIC. All pointers are borrowed. */
struct plan_passt {
	const char *program;   /* its path */
	const char *directory; /* of the runtime files */
	const char *id;	       /* of the NIC's netdev: in the names of its files */
	const struct nic *nic;
	struct forward forwards[FORWARDS_MAX]; /* those that enter there */
	size_t n_forwards;
	int fd; /* number inside passt of its socket; 0: it listens in the directory */
};

struct plan {
	char *program;
	struct plan_option *options;
	size_t n;
	struct plan_socket sockets[PLAN_SOCKETS_MAX]; /* in the order of their fds */
	size_t n_sockets;
};

/* Plan the VM, which vm_complete() must have seen. Free with plan_free(). */
void plan_make(const struct vm *vm, const struct plan_facts *facts, struct plan *ret_plan);
void plan_free(struct plan *plan);

/* Plan the passt of a NIC, which goes to its background when it is ready. Free with plan_free(). */
void plan_make_passt(const struct plan_passt *passt, struct plan *ret_plan);

/* The command line as argv for execv(3): the caller frees the array, the plan owns its strings. */
char **plan_argv(const struct plan *plan);

/* Print it for a shell, one option a line. */
void plan_print(const struct plan *plan, FILE *stream);

#endif
