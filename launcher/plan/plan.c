/* SPDX-License-Identifier: MIT
 * QEMU's command line, made from the description of a VM: a pure function.
 *
 * NICs are all made by -netdev and -device, in the order of the guest's ethN: mixed with -nic their
 * order would change. Inside QEMU's options a comma ends a value, so that every value which the
 * user chose (a path) has its commas doubled; -kernel, -initrd and -append take theirs whole. */
#include "launcher/plan/private.h"

#include <assert.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/vm/runtime-files.h"

#define FIRST_SLOT 0x8u /* of the NICs on the PCI bus: below it QEMU puts the other devices */

/* The firmware of a PC prints to the serial port, too, when it is told that there is no screen: an
 * image that does not boot says so on the console. A kernel that QEMU loads speaks for itself. */
static bool speaks_on_serial(const struct vm *vm)
{
	const char *machine = vm_machine(vm);

	return vm->kernel == NULL && strstr(machine, "graphics=") == NULL &&
	       (strncmp(machine, "q35", 3) == 0 || strncmp(machine, "pc", 2) == 0);
}

static void add_machine(struct plan *plan, const struct vm *vm, const struct plan_facts *facts)
{
	bool kvm = facts->accel == ACCEL_KVM;

	plan_add(plan, "-name", "%s,process=owvm-%s", vm->name, vm->name);
	plan_add(plan, "-no-user-config", NULL);
	plan_add(plan, "-nodefaults", NULL);
	plan_add(plan, "-machine", "%s%s", vm_machine(vm),
		speaks_on_serial(vm) ? ",graphics=off" : "");
	plan_add(plan, "-accel", "%s", kvm ? "kvm" : "tcg");
	if (vm->cpu != NULL)
		plan_add(plan, "-cpu", "%s", vm->cpu);
	else
		plan_add(plan, "-cpu", "%s", kvm ? "host" : vm->arch->cpu_tcg);
	plan_add(plan, "-smp", "%u", vm->cpus);
	plan_add(plan, "-m", "%uM", vm->memory);
}

static void add_kernel(struct plan *plan, const struct vm *vm)
{
	if (vm->bios != NULL)
		plan_add(plan, "-bios", "%s", vm->bios);
	if (vm->kernel != NULL)
		plan_add(plan, "-kernel", "%s", vm->kernel);
	if (vm->initrd != NULL)
		plan_add(plan, "-initrd", "%s", vm->initrd);
	if (vm->dtb != NULL)
		plan_add(plan, "-dtb", "%s", vm->dtb);
	if (vm->append != NULL)
		plan_add(plan, "-append", "%s", vm->append);
}

/* Where there is no IDE a controller comes with the drive. */
static void add_cdrom(struct plan *plan, const struct vm *vm, const char *path, size_t i)
{
	plan_add(plan, "-drive", "if=none,id=disk%zu,media=cdrom,format=raw,file=%s,readonly=on", i,
		path);
	if (!vm_has_ide(vm))
		plan_add(plan, "-device", "virtio-scsi-pci,id=scsi%zu", i);
	if (vm_has_ide(vm))
		plan_add(plan, "-device", "ide-cd,drive=disk%zu", i);
	else
		plan_add(plan, "-device", "scsi-cd,bus=scsi%zu.0,drive=disk%zu", i, i);
}

static void add_disk(struct plan *plan, const struct vm *vm, const struct vm_disk *disk, size_t i)
{
	bool snapshot = disk->snapshot || (vm->ephemeral && !disk->readonly);
	OWNED_MEMORY char *path = text_double_commas(disk->path);

	if (disk->cdrom) {
		add_cdrom(plan, vm, path, i);
		return;
	}
	plan_add(plan, "-drive", "if=none,id=disk%zu,format=%s,file=%s%s%s", i,
		disk->format == VM_FORMAT_RAW ? "raw" : "qcow2", path,
		disk->readonly ? ",readonly=on" : "", snapshot ? ",snapshot=on" : "");
	plan_add(plan, "-device", "%s,drive=disk%zu", disk->ide ? "ide-hd" : "virtio-blk-pci", i);
}

static void add_share(struct plan *plan, const struct share *share, size_t i)
{
	OWNED_MEMORY char *fsdev = NULL;
	OWNED_MEMORY char *device = NULL;

	share_plan(share, i, &fsdev, &device);
	plan_add(plan, "-fsdev", "%s", fsdev);
	plan_add(plan, "-device", "%s", device);
}

/* ",hostfwd=..." for all forwards that enter there; the caller frees it. */
static char *forwards_text(const struct vm *vm, const struct nic *nic)
{
	char *text = text_format("%s", "");

	for (size_t i = 0; i < vm->n_forwards; i++) {
		const struct forward *forward = &vm->forwards[i];
		const char *to =
			forward->guest_address[0] == '\0' ? nic->guest : forward->guest_address;

		if (vm_forward_nic(vm, forward) == nic)
			text_append(&text, ",hostfwd=%s:%s:%u-%s:%u", forward->udp ? "udp" : "tcp",
				forward->address, (unsigned int)forward->host, to,
				(unsigned int)forward->guest);
	}
	return text;
}

static void add_user_netdev(struct plan *plan, const struct vm *vm, size_t i)
{
	const struct nic *nic = &vm->nics[i];
	OWNED_MEMORY char *text = forwards_text(vm, nic);

	plan_add(plan, "-netdev", "user,id=nic%zu%s%s%s%s%s%s%s", i,
		nic->net[0] == '\0' ? "" : ",net=", nic->net,
		nic->host[0] == '\0' ? "" : ",host=", nic->host,
		nic->dhcpstart[0] == '\0' ? "" : ",dhcpstart=", nic->dhcpstart, text);
}

static void add_passt_netdev(struct plan *plan, const struct plan_facts *facts, size_t i)
{
	OWNED_MEMORY char *directory = text_double_commas(facts->directory);
	OWNED_MEMORY char *id = text_format(PLAN_NETDEV, i);
	int fd = facts->nics[i].fd;

	if (fd != 0)
		plan_add(plan, "-netdev", "stream,id=%s,server=off,addr.type=fd,addr.str=%d", id,
			fd);
	else
		plan_add(plan, "-netdev",
			"stream,id=%s,server=off,addr.type=unix,addr.path=%s/" RUNTIME_PASST_SOCKET,
			id, directory, id);
}

/* "4:5:6"; the caller frees it. */
static char *fds_text(int first, size_t n)
{
	char *text = text_format("%d", first);

	for (size_t i = 1; i < n; i++) {
		OWNED_MEMORY char *before = text;

		text = text_format("%s:%d", before, first + (int)i);
	}
	return text;
}

static void add_tap_netdev(struct plan *plan, const struct plan_nic *nic, size_t i)
{
	OWNED_MEMORY char *taps = fds_text(nic->fd, nic->taps);
	OWNED_MEMORY char *vhosts = fds_text(nic->fd + (int)nic->taps, nic->vhosts);

	plan_add(plan, "-netdev", "tap,id=nic%zu,fds=%s%s%s", i, taps,
		nic->vhosts > 0 ? ",vhost=on,vhostfds=" : "", nic->vhosts > 0 ? vhosts : "");
}

/* A helper with arguments is run by a shell: its path has none of a shell's characters, it is
 * ours. */
static void add_bridge_netdev(
	struct plan *plan, const struct vm *vm, const struct plan_facts *facts, size_t i)
{
	char mac[MAC_TEXT_SIZE] = {0};

	if (facts->bridge_helper == NULL) {
		add_tap_netdev(plan, &facts->nics[i], i);
		return;
	}
	mac_format(facts->nics[i].mac, mac);
	plan_add(plan, "-netdev", "bridge,id=nic%zu,br=%s,helper=%s --mac=%s", i,
		vm->nics[i].bridge, facts->bridge_helper, mac);
}

static bool slot_taken(const struct vm *vm, unsigned int slot)
{
	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].has_address && vm->nics[i].slot == slot)
			return true;
	return false;
}

/* Where no address was given, NIC i has the slot of its number, or a later one where that was given
 * to another NIC: slots rise with the numbers, as the guest names its NICs in their order. */
static unsigned int slot_of(const struct vm *vm, size_t wanted)
{
	unsigned int next = FIRST_SLOT, slot = 0;

	if (vm->nics[wanted].has_address)
		return vm->nics[wanted].slot;
	for (size_t i = 0; i <= wanted; i++) {
		if (vm->nics[i].has_address)
			continue;
		slot = next > FIRST_SLOT + i ? next : FIRST_SLOT + (unsigned int)i;
		while (slot_taken(vm, slot))
			slot++;
		next = slot + 1;
	}
	return slot;
}

static void add_nic(struct plan *plan, const struct vm *vm, const struct plan_nic *facts, size_t i)
{
	const struct nic *nic = &vm->nics[i];
	OWNED_MEMORY char *mtu = NULL;
	OWNED_MEMORY char *queues = NULL;
	char mac[MAC_TEXT_SIZE] = {0};

	mac_format(facts->mac, mac);
	mtu = nic_is_virtio(nic) && nic->kind == NIC_BRIDGE && facts->mtu != 0 &&
			      facts->mtu != PLAN_MTU
		      ? text_format(",host_mtu=%u", facts->mtu)
		      : text_format("%s", "");
	queues = facts->taps > 1 ? text_format(",mq=on,vectors=%zu", PLAN_VECTORS(facts->taps))
				 : text_format("%s", "");
	/* romfile=: no network boot, and no wait for it. The addresses keep NICs of different
	 * models in order. */
	plan_add(plan, "-device", "%s,netdev=nic%zu,mac=%s,romfile=,addr=0x%x.%x%s%s", nic->model,
		i, mac, slot_of(vm, i), (unsigned int)nic->function, mtu, queues);
}

static void add_nics(struct plan *plan, const struct vm *vm, const struct plan_facts *facts)
{
	for (size_t i = 0; i < vm->n_nics; i++) {
		switch (vm->nics[i].kind) {
		case NIC_USER:
			add_user_netdev(plan, vm, i);
			break;
		case NIC_PASST:
			add_passt_netdev(plan, facts, i);
			break;
		case NIC_BRIDGE:
			add_bridge_netdev(plan, vm, facts, i);
			break;
		}
		add_nic(plan, vm, &facts->nics[i], i);
	}
}

bool plan_has_ports(const char *machine)
{
	return strncmp(machine, "q35", 3) == 0 || strncmp(machine, "pc-q35", 6) == 0 ||
	       strncmp(machine, "virt", 4) == 0;
}

static void add_hot_ports(struct plan *plan, const struct vm *vm)
{
	if (!plan_has_ports(vm_machine(vm)))
		return;
	for (unsigned int i = 0; i < PLAN_HOT_PORTS; i++)
		plan_add(plan, "-device", "pcie-root-port,id=" PLAN_HOT_BUS "%u,chassis=%u,slot=%u",
			i, i + 1, i + 1);
}

static void add_sandbox(struct plan *plan, const struct vm *vm, const struct plan_facts *facts)
{
	if (vm->no_sandbox)
		return;
	/* A helper is another program. */
	plan_add(plan, "-sandbox", "on,obsolete=deny%s,resourcecontrol=deny",
		facts->bridge_helper == NULL ? ",elevateprivileges=deny,spawn=deny" : "");
}

void plan_make(const struct vm *vm, const struct plan_facts *facts, struct plan *ret_plan)
{
	struct plan plan = {.program = text_format("%s", facts->qemu)};

	assert(vm->name[0] != '\0' && facts->accel != ACCEL_AUTO);
	add_machine(&plan, vm, facts);
	add_kernel(&plan, vm);
	for (size_t i = 0; i < vm->n_disks; i++)
		add_disk(&plan, vm, &vm->disks[i], i);
	add_nics(&plan, vm, facts);
	for (size_t i = 0; i < vm->n_shares; i++)
		add_share(&plan, &vm->shares[i], i);
	add_hot_ports(&plan, vm);
	plan_add(&plan, "-display", "none");
	plan_add(&plan, "-vga", "none");
	plan_add_chardevs(&plan, vm, facts);
	/* With sockets as fds QEMU is in a sandbox, and writes no file that others trust. */
	if (facts->socket_fd == 0)
		plan_add(&plan, "-pidfile", "%s/" RUNTIME_PID, facts->directory);
	add_sandbox(&plan, vm, facts);
	for (size_t i = 0; i < facts->n_arguments; i++)
		plan_add(&plan, facts->arguments[i], NULL);
	*ret_plan = plan;
}
