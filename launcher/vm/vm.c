/* SPDX-License-Identifier: MIT
 * The description of a VM: defaults, names, and what goes together. */
#include "launcher/vm/vm.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define MEMORY_DEFAULT 256     /* MiB */
#define KVM_TIMEOUT_DEFAULT 15 /* seconds */

void vm_init(struct vm *ret_vm)
{
	*ret_vm = (struct vm){
		.memory = MEMORY_DEFAULT,
		.cpus = 1,
		.accel = ACCEL_AUTO,
		.kvm_timeout = KVM_TIMEOUT_DEFAULT,
		.lan = VM_NETWORK_BRIDGE,
		.wan = VM_NETWORK_USER,
		.guest_address = NIC_LAN_GUEST,
	};
}

void vm_free(struct vm *vm)
{
	free(vm->machine);
	free(vm->cpu);
	free(vm->bios);
	free(vm->kernel);
	free(vm->initrd);
	free(vm->dtb);
	free(vm->append);
	for (size_t i = 0; i < vm->n_disks; i++)
		free(vm->disks[i].path);
	for (size_t i = 0; i < vm->n_shares; i++)
		share_free(&vm->shares[i]);
	for (size_t i = 0; i < vm->n_serials; i++)
		serial_free(&vm->serials[i]);
	serial_free(&vm->monitor);
	*vm = (struct vm){0};
}

static void default_name(struct vm *vm)
{
	if (vm->n_disks > 0)
		vm_name_derive(vm->disks[0].path, vm->name);
	else
		vm_name_derive(vm->kernel != NULL ? vm->kernel : "vm", vm->name);
}

const char *vm_machine(const struct vm *vm)
{
	return vm->machine != NULL ? vm->machine : vm->arch->machine;
}

bool vm_has_ide(const struct vm *vm)
{
	return strncmp(vm_machine(vm), "virt", 4) != 0;
}

static int check_ide(const struct vm *vm, const struct vm_disk *disk, char **reterr_text)
{
	if (disk->ide && disk->readonly)
		return text_fail(reterr_text, -EINVAL,
			"disk '%s': an ide disk cannot be readonly; use 'if=virtio'", disk->path);
	if (disk->ide && !vm_has_ide(vm))
		return text_fail(reterr_text, -EINVAL,
			"disk '%s': machine '%s' has no ide; use 'if=virtio'", disk->path,
			vm_machine(vm));
	return 0;
}

static int check_boot(const struct vm *vm, char **reterr_text)
{
	int r = 0;
	const char *needing = vm->initrd != NULL ? "--initrd"
			      : vm->dtb != NULL	 ? "--dtb"
						 : "--append";

	if (vm->kernel == NULL && vm->n_disks == 0 && !vm->boots)
		return text_fail(reterr_text, -EINVAL,
			"nothing to boot: give a disk IMAGE, '--cdrom FILE' or '--kernel FILE'");
	if (vm->kernel == NULL && (vm->initrd != NULL || vm->dtb != NULL || vm->append != NULL))
		return text_fail(reterr_text, -EINVAL, "'%s' needs '--kernel'", needing);
	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		r = check_ide(vm, &vm->disks[i], reterr_text);
	return r;
}

static int check_shares(const struct vm *vm, char **reterr_text)
{
	for (size_t i = 0; i < vm->n_shares; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(vm->shares[i].tag, vm->shares[j].tag) == 0)
				return text_fail(reterr_text, -EINVAL,
					"two shares have the tag '%s'; give one another: '--share %s:TAG'",
					vm->shares[i].tag, vm->shares[i].path);
	return 0;
}

static int check_network(struct vm *vm, char **reterr_text)
{
	if ((vm->n_nics > 0 || vm->no_nics) && (vm->lan_asked || vm->wan_asked))
		return text_fail(reterr_text, -EINVAL,
			"'--nic' says which NICs there are, so that '--%s' has no place beside it",
			vm->lan_asked ? "lan" : "wan");
	if (vm->n_nics > 0 && vm->no_nics)
		return text_fail(reterr_text, -EINVAL, "'--nic none' has no place beside a NIC");
	for (size_t i = 0; i < vm->n_nics; i++)
		for (size_t j = 0; j < i; j++) {
			const struct nic *a = &vm->nics[i], *b = &vm->nics[j];

			if (a->has_address && b->has_address && a->slot == b->slot &&
				a->function == b->function)
				return text_fail(reterr_text, -EINVAL,
					"two NICs have the address 0x%x.%x", (unsigned int)a->slot,
					(unsigned int)a->function);
			if (a->has_mac && b->has_mac && memcmp(a->mac, b->mac, MAC_SIZE) == 0)
				return text_fail(
					reterr_text, -EINVAL, "two NICs have the same mac");
		}
	return 0;
}

/* The layout that nobody asked for otherwise: eth0 is the LAN, eth1 the WAN. */
static void make_nics(struct vm *vm)
{
	if (vm->n_nics > 0 || vm->no_nics)
		return;
	if (vm->lan == VM_NETWORK_BRIDGE) {
		nic_init_bridge(&vm->nics[vm->n_nics], vm->bridge);
		vm->nics[vm->n_nics++].may_fall_back = !vm->lan_asked;
	} else if (vm->lan == VM_NETWORK_USER) {
		nic_init_lan_user(&vm->nics[vm->n_nics++]);
	}
	if (vm->wan == VM_NETWORK_USER)
		nic_init_wan_user(&vm->nics[vm->n_nics++]);
	else if (vm->wan == VM_NETWORK_PASST)
		nic_init_wan_passt(&vm->nics[vm->n_nics++]);
}

bool vm_writes_to(const struct vm *vm, const struct vm_disk *disk)
{
	return !disk->readonly && !disk->snapshot && !vm->ephemeral;
}

/* The user network that is the WAN, or the one that is not. A router listens on its LAN: that is
 * the one which says where forwards lead. */
static const struct nic *user_network(const struct vm *vm, bool wan)
{
	const struct nic *first = NULL;

	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *nic = &vm->nics[i];

		if (nic->kind == NIC_BRIDGE || (wan && nic->guest[0] != '\0'))
			continue;
		if (nic->guest[0] != '\0')
			return nic;
		if (first == NULL)
			first = nic;
	}
	return first;
}

const struct nic *vm_forward_nic(const struct vm *vm, const struct forward *forward)
{
	if (!forward->wan && vm->n_nics > 0 && vm->nics[0].kind == NIC_BRIDGE)
		return &vm->nics[0];
	return user_network(vm, forward->wan);
}

static int check_forwards(const struct vm *vm, char **reterr_text)
{
	for (size_t i = 0; i < vm->n_forwards; i++)
		if (vm_forward_nic(vm, &vm->forwards[i]) == NULL) {
			char text[FORWARD_TEXT_SIZE] = "";

			forward_format(&vm->forwards[i], text);
			return text_fail(reterr_text, -EINVAL,
				vm->forwards[i].wan
					? "'--forward %s' needs a WAN that is a user network: '--wan user' or '--nic user'"
					: "'--forward %s' needs a LAN, or a user network: '--lan', '--wan user' or '--nic user'",
				text);
		}
	return 0;
}

const char *vm_argument(const char *arguments, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strstr(arguments, name); at != NULL; at = strstr(at + 1, name))
		if ((at == arguments || at[-1] == ' ') && at[length] == '=')
			return at + length + 1;
	return NULL;
}

/* The first disk that can have a root, or NULL. */
static const struct vm_disk *root_disk(const struct vm *vm)
{
	for (size_t i = 0; i < vm->n_disks; i++)
		if (!vm->disks[i].cdrom)
			return &vm->disks[i];
	return NULL;
}

/* What a kernel is told unless the user did: where to print, and where its root is when there is
 * nothing else. */
static void complete_append(struct vm *vm)
{
	const char *given = vm->append == NULL ? "" : vm->append;
	bool console = vm_argument(given, "console") == NULL;
	const struct vm_disk *disk = root_disk(vm);
	bool root = disk != NULL && vm->initrd == NULL && vm_argument(given, "root") == NULL;
	char *text = NULL;

	if (vm->kernel == NULL)
		return;
	text = text_format("%s%s%s%s%s", given, console && *given != '\0' ? " " : "",
		console ? "console=" : "", console ? vm->arch->console : "",
		!root	    ? ""
		: disk->ide ? " root=/dev/sda"
			    : " root=/dev/vda");
	free(vm->append);
	vm->append = text;
}

static void make_serials(struct vm *vm)
{
	if (vm->n_serials == 0)
		serial_init_console(&vm->serials[vm->n_serials++]);
}

int vm_complete(struct vm *vm, uint32_t uid, char **reterr_text)
{
	int r = 0;

	if (vm->arch == NULL)
		vm->arch = arch_host();
	r = check_boot(vm, reterr_text);
	if (r == 0)
		r = check_shares(vm, reterr_text);
	if (r == 0)
		r = check_network(vm, reterr_text);
	if (r < 0)
		return r;
	if (vm->name[0] == '\0')
		default_name(vm);
	complete_append(vm);
	make_nics(vm);
	for (size_t i = 0; i < vm->n_nics; i++)
		nic_name_bridge(&vm->nics[i], uid);
	make_serials(vm);
	r = check_forwards(vm, reterr_text);
	if (r < 0)
		return r;
	return serial_check(
		vm->serials, vm->n_serials, vm->has_monitor ? &vm->monitor : NULL, reterr_text);
}

bool vm_cpu_is_host(const struct vm *vm)
{
	const char *cpu = vm->cpu;

	return cpu != NULL && strncmp(cpu, "host", 4) == 0 && (cpu[4] == '\0' || cpu[4] == ',');
}
