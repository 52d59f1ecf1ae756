/* SPDX-License-Identifier: MIT
 * The description of a VM: what the user asked for, before anything of this host is known. */
#ifndef OWVM_LAUNCHER_VM_H
#define OWVM_LAUNCHER_VM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ifname.h"
#include "common/wire.h"
#include "launcher/accel.h"
#include "launcher/forward.h"

#define VM_NAME_SIZE WIRE_LABEL_SIZE /* with the NUL: a name is the label of the VM's ports */
#define VM_TAG_SIZE 32		     /* with the NUL; MAX_TAG_LEN of QEMU's 9p device */
#define VM_DISKS_MAX 8
#define VM_SHARES_MAX 8
#define VM_CPUS_MAX 255
#define VM_MEMORY_MIN 8		    /* MiB */
#define VM_MEMORY_MAX (1024 * 1024) /* MiB */

enum vm_format { VM_FORMAT_RAW, VM_FORMAT_QCOW2 };

struct vm_disk {
	char *path;
	enum vm_format format;
	bool ide; /* otherwise virtio */
	bool readonly;
	bool snapshot;
};

struct vm_share {
	char *path;
	char tag[VM_TAG_SIZE];
};

enum vm_network { VM_NETWORK_NONE, VM_NETWORK_USER, VM_NETWORK_BRIDGE };

struct vm {
	char name[VM_NAME_SIZE]; /* empty: vm_complete() derives one */
	uint32_t memory;	 /* MiB */
	uint32_t cpus;
	enum accel accel;
	char *machine; /* QEMU's syntax, with its options */
	char *cpu;     /* likewise; NULL: by accelerator */
	char *kernel;
	char *initrd;
	char *append;
	struct vm_disk disks[VM_DISKS_MAX];
	size_t n_disks;
	struct vm_share shares[VM_SHARES_MAX];
	size_t n_shares;
	enum vm_network lan;
	char bridge[IFNAME_SIZE]; /* with VM_NETWORK_BRIDGE; empty: the user's own, by default */
	bool lan_asked;		  /* --lan was given */
	enum vm_network wan;	  /* never VM_NETWORK_BRIDGE */
	struct forward forwards[FORWARDS_MAX];
	size_t n_forwards;
};

/* The description that no option has changed yet. */
void vm_init(struct vm *ret_vm);
void vm_free(struct vm *vm);

/* Is it 1-39 of [A-Za-z0-9._-] with a letter or digit first? */
bool vm_name_valid(const char *name);

/* Setters of what has a syntax: 0, or -EINVAL with a sentence. They may be called again: the last
 * value counts, and disks, shares and forwards add up. */
int vm_set_name(struct vm *vm, const char *text, char **reterr_text);
int vm_set_memory(struct vm *vm, const char *text, char **reterr_text);
int vm_set_cpus(struct vm *vm, const char *text, char **reterr_text);
int vm_set_accel(struct vm *vm, const char *text, char **reterr_text);
int vm_set_lan(struct vm *vm, const char *text, char **reterr_text);
int vm_set_wan(struct vm *vm, const char *text, char **reterr_text);
/* PATH[,format=raw|qcow2][,if=virtio|ide][,readonly][,snapshot]; a comma in PATH is doubled. */
int vm_add_disk(struct vm *vm, const char *text, char **reterr_text);
/* The same with nothing but a path: no comma means anything. It becomes the first disk. */
int vm_add_image(struct vm *vm, const char *path, char **reterr_text);
/* PATH[:TAG]. */
int vm_add_share(struct vm *vm, const char *text, char **reterr_text);
int vm_add_forward(struct vm *vm, const char *text, char **reterr_text);

/* Fill in what was left open (the name, the bridge of user uid) and refuse what does not go
 * together. Returns 0, or -EINVAL with a sentence. */
int vm_complete(struct vm *vm, uint32_t uid, char **reterr_text);

#endif
