/* SPDX-License-Identifier: MIT
 * The description of a VM: what the user asked for, before anything of this host is known. */
#ifndef OWVM_LAUNCHER_VM_VM_H
#define OWVM_LAUNCHER_VM_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/vm/arch.h"
#include "launcher/vm/forward.h"
#include "launcher/vm/name.h"
#include "launcher/vm/nic.h"
#include "launcher/vm/serial.h"
#include "launcher/vm/share.h"

#define VM_DISKS_MAX 8
#define VM_SHARES_MAX 8
#define VM_NICS_MAX 8
#define VM_SERIALS_MAX 4 /* as many as QEMU's PC has */
#define VM_CPUS_MAX 255
#define VM_MEMORY_MIN 8		    /* MiB */
#define VM_MEMORY_MAX (1024 * 1024) /* MiB */

enum accel { ACCEL_AUTO, ACCEL_KVM, ACCEL_TCG };

enum vm_format { VM_FORMAT_RAW, VM_FORMAT_QCOW2 };

struct vm_disk {
	char *path;
	enum vm_format format;
	bool format_said; /* not by the name alone */
	bool ide;	  /* otherwise virtio */
	bool cdrom;	  /* in a drive of its own kind; always readonly */
	bool readonly;
	bool snapshot;
};

/* How eth0 and eth1 are made where no NIC is asked for. */
enum vm_network { VM_NETWORK_NONE, VM_NETWORK_USER, VM_NETWORK_PASST, VM_NETWORK_BRIDGE };

struct vm {
	char name[VM_NAME_SIZE]; /* empty: vm_complete() derives one */
	const struct arch *arch; /* NULL: this host's */
	uint32_t memory;	 /* MiB */
	uint32_t cpus;
	enum accel accel;
	uint32_t kvm_timeout; /* seconds for a sign of life under KVM; 0: not watched */
	char *machine;	      /* QEMU's syntax, with its options; NULL: by architecture */
	char *cpu;	      /* likewise; NULL: by architecture and accelerator */
	char *bios;
	char *kernel;
	char *initrd;
	char *dtb;
	char *append;
	struct vm_disk disks[VM_DISKS_MAX];
	size_t n_disks;
	struct share shares[VM_SHARES_MAX];
	size_t n_shares;
	enum vm_network lan;	  /* never VM_NETWORK_PASST */
	char bridge[IFNAME_SIZE]; /* with VM_NETWORK_BRIDGE; empty: the user's own */
	bool lan_asked;		  /* `lan` was said */
	enum vm_network wan;	  /* never VM_NETWORK_BRIDGE */
	bool wan_asked;
	struct nic nics[VM_NICS_MAX]; /* of `nic`; vm_complete() makes them of lan and wan */
	size_t n_nics;
	bool no_nics; /* `nic` says none */
	struct forward forwards[FORWARDS_MAX];
	size_t n_forwards;
	char guest_address[INET_ADDRSTRLEN];   /* on its LAN: where forwards lead that name none */
	struct serial serials[VM_SERIALS_MAX]; /* none: vm_complete() makes the console */
	size_t n_serials;
	struct serial monitor; /* beside the one that is always there */
	bool has_monitor;
	bool boots;	 /* what QEMU is given beside all this brings something to boot */
	bool ephemeral;	 /* all disks as if `snapshot` */
	bool no_sandbox; /* QEMU is not confined */
};

/* The description that no option has changed yet. */
void vm_init(struct vm *ret_vm);
void vm_free(struct vm *vm);

/* Setters of what has a syntax: 0, or -EINVAL with a sentence. They may be called again: the last
 * value counts, and disks, shares, NICs, serial ports and forwards add up. Paths are taken as they
 * are. */
int vm_set_name(struct vm *vm, const char *text, char **reterr_text);
int vm_set_arch(struct vm *vm, const char *text, char **reterr_text);
int vm_set_memory(struct vm *vm, const char *text, char **reterr_text);
int vm_set_cpus(struct vm *vm, const char *text, char **reterr_text);
int vm_set_accel(struct vm *vm, const char *text, char **reterr_text);
int vm_set_kvm_timeout(struct vm *vm, const char *text, char **reterr_text);
int vm_set_lan(struct vm *vm, const char *text, char **reterr_text);
int vm_set_wan(struct vm *vm, const char *text, char **reterr_text);
int vm_set_monitor(struct vm *vm, const char *text, char **reterr_text);
/* PATH[,format=raw|qcow2][,if=virtio|ide][,media=disk|cdrom][,readonly][,snapshot]; a comma in PATH
 * is doubled. As with QEMU's -drive it may be file=PATH, among the other words. */
int vm_add_disk(struct vm *vm, const char *text, char **reterr_text);
/* The same with media=cdrom. */
int vm_add_cdrom(struct vm *vm, const char *text, char **reterr_text);
/* Where in a disk's text its path begins. */
size_t vm_disk_path(const char *text);
/* The syntaxes of vm/nic.h (or "none"), vm/share.h, vm/serial.h and vm/forward.h. */
int vm_add_nic(struct vm *vm, const char *text, char **reterr_text);
int vm_add_share(struct vm *vm, const char *text, char **reterr_text);
int vm_add_serial(struct vm *vm, const char *text, char **reterr_text);
int vm_add_forward(struct vm *vm, const char *text, char **reterr_text);
int vm_set_guest_address(struct vm *vm, const char *text, char **reterr_text);

/* Fill in what was left open (the name, NICs, the bridge of user uid, serial ports, a kernel's
 * arguments) and refuse what does not go together. Returns 0, or -EINVAL with a sentence. */
int vm_complete(struct vm *vm, uint32_t uid, char **reterr_text);

/* The value of "NAME=" in a kernel's arguments, up to a space or the end; or NULL. */
const char *vm_argument(const char *arguments, const char *name);

/* Of a complete VM: a sentence where the kernel is told a root on IDE and all disks are virtio, or
 * the reverse; else NULL. The caller frees it. */
char *vm_root_advice(const struct vm *vm);

/* Does a start of this VM write to the disk? */
bool vm_writes_to(const struct vm *vm, const struct vm_disk *disk);

/* Does the processor that was asked for need KVM? Also with features: "host,pmu=off". */
bool vm_cpu_is_host(const struct vm *vm);

/* The machine's name in QEMU's syntax, with its options. The VM has an architecture. */
const char *vm_machine(const struct vm *vm);

/* Has the machine IDE? */
bool vm_has_ide(const struct vm *vm);

/* The NIC by which the forward enters: the first where that is on a bridge, unless the forward is
 * one of the WAN; else one of a user network. NULL: there is none. */
const struct nic *vm_forward_nic(const struct vm *vm, const struct forward *forward);

#endif
