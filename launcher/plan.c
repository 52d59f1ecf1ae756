/* SPDX-License-Identifier: MIT
 * QEMU's command line, made from the description of a VM: a pure function.
 *
 * NICs are all made by -netdev and -device, in the order of the guest's ethN: mixed with -nic their
 * order would change. Inside QEMU's options a comma ends a value, so that every value which the
 * user chose (a path) has its commas doubled; -kernel, -initrd and -append take theirs whole. */
#include "launcher/plan.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/runtime.h"
#include "launcher/text.h"

/* Append an option; the format makes its value. */
__attribute__((format(printf, 3, 4))) static void add(
	struct plan *plan, const char *name, const char *format, ...)
{
	struct plan_option *options =
		reallocarray(plan->options, plan->n + 1, sizeof(*plan->options));
	char *value = NULL;

	if (options == NULL)
		abort();
	if (format != NULL) {
		va_list list;

		va_start(list, format);
		if (vasprintf(&value, format, list) < 0)
			abort();
		va_end(list);
	}
	plan->options = options;
	plan->options[plan->n++] =
		(struct plan_option){.name = text_format("%s", name), .value = value};
}

static void add_machine(struct plan *plan, const struct vm *vm, const struct plan_facts *facts)
{
	bool kvm = facts->accel == ACCEL_KVM;

	add(plan, "-name", "%s,process=owvm-%s", vm->name, vm->name);
	add(plan, "-no-user-config", NULL);
	add(plan, "-nodefaults", NULL);
	add(plan, "-machine", "%s", vm->machine);
	add(plan, "-accel", "%s", kvm ? "kvm" : "tcg");
	if (vm->cpu != NULL)
		add(plan, "-cpu", "%s", vm->cpu);
	else
		add(plan, "-cpu", "%s", kvm ? "host" : "max");
	add(plan, "-smp", "%u", vm->cpus);
	add(plan, "-m", "%uM", vm->memory);
}

static void add_kernel(struct plan *plan, const struct vm *vm)
{
	if (vm->kernel != NULL)
		add(plan, "-kernel", "%s", vm->kernel);
	if (vm->initrd != NULL)
		add(plan, "-initrd", "%s", vm->initrd);
	if (vm->append != NULL)
		add(plan, "-append", "%s", vm->append);
}

static void add_disk(struct plan *plan, const struct vm_disk *disk, size_t i)
{
	OWNED_MEMORY char *path = text_double_commas(disk->path);

	add(plan, "-drive", "if=none,id=disk%zu,format=%s,file=%s%s%s", i,
		disk->format == VM_FORMAT_RAW ? "raw" : "qcow2", path,
		disk->readonly ? ",readonly=on" : "", disk->snapshot ? ",snapshot=on" : "");
	add(plan, "-device", "%s,drive=disk%zu", disk->ide ? "ide-hd" : "virtio-blk-pci", i);
}

static void add_share(struct plan *plan, const struct vm_share *share, size_t i)
{
	OWNED_MEMORY char *path = text_double_commas(share->path);

	add(plan, "-fsdev", "local,id=share%zu,security_model=mapped-xattr,path=%s", i, path);
	add(plan, "-device", "virtio-9p-pci,fsdev=share%zu,mount_tag=%s", i, share->tag);
}

/* ",hostfwd=..." for all forwards; the caller frees it. */
static char *forwards_text(const struct vm *vm, const char *guest)
{
	char *text = text_format("%s", "");

	for (size_t i = 0; i < vm->n_forwards; i++) {
		const struct forward *forward = &vm->forwards[i];
		OWNED_MEMORY char *before = text;

		text = text_format("%s,hostfwd=%s:%s:%u-%s:%u", before,
			forward->udp ? "udp" : "tcp", forward->address, (unsigned int)forward->host,
			guest, (unsigned int)forward->guest);
	}
	return text;
}

static void add_nic(
	struct plan *plan, const char *netdev, const uint8_t mac[MAC_SIZE], uint32_t mtu)
{
	char text[MAC_TEXT_SIZE] = {0};

	mac_format(mac, text);
	/* romfile=: no network boot, and no wait for it. */
	if (mtu != 0 && mtu != PLAN_MTU)
		add(plan, "-device", "virtio-net-pci,netdev=%s,mac=%s,romfile=,host_mtu=%u", netdev,
			text, mtu);
	else
		add(plan, "-device", "virtio-net-pci,netdev=%s,mac=%s,romfile=", netdev, text);
}

static void add_lan(struct plan *plan, const struct vm *vm, const struct plan_facts *facts)
{
	OWNED_MEMORY char *forwards = NULL;

	switch (vm->lan) {
	case VM_NETWORK_NONE:
		return;
	case VM_NETWORK_BRIDGE:
		add(plan, "-netdev", "tap,id=lan,fd=%d", facts->lan_fd);
		break;
	case VM_NETWORK_USER:
		forwards = forwards_text(vm, PLAN_LAN_GUEST);
		add(plan, "-netdev", "user,id=lan,net=" PLAN_LAN_NET ",host=" PLAN_LAN_HOST "%s",
			forwards);
		break;
	}
	add_nic(plan, "lan", facts->lan_mac,
		vm->lan == VM_NETWORK_BRIDGE ? facts->lan_mtu : PLAN_MTU);
}

static void add_wan(struct plan *plan, const struct vm *vm, const struct plan_facts *facts)
{
	OWNED_MEMORY char *forwards = NULL;

	if (vm->wan == VM_NETWORK_NONE)
		return;
	/* A LAN that is a user network has the forwards. */
	if (vm->lan != VM_NETWORK_USER)
		forwards = forwards_text(vm, "");
	add(plan, "-netdev", "user,id=wan%s", forwards == NULL ? "" : forwards);
	add_nic(plan, "wan", facts->wan_mac, PLAN_MTU);
}

static void add_sockets(struct plan *plan, const char *directory)
{
	OWNED_MEMORY char *path = text_double_commas(directory);

	add(plan, "-display", "none");
	add(plan, "-vga", "none");
	add(plan, "-chardev",
		"socket,id=console,server=on,wait=off,path=%s/" RUNTIME_CONSOLE
		",logfile=%s/" RUNTIME_CONSOLE_LOG,
		path, path);
	add(plan, "-serial", "chardev:console");
	add(plan, "-chardev", "socket,id=monitor,server=on,wait=off,path=%s/" RUNTIME_MONITOR,
		path);
	add(plan, "-mon", "chardev=monitor,mode=readline");
	add(plan, "-chardev", "socket,id=qmp,server=on,wait=off,path=%s/" RUNTIME_QMP, path);
	add(plan, "-mon", "chardev=qmp,mode=control");
	add(plan, "-pidfile", "%s/" RUNTIME_PID, directory);
}

void plan_make(const struct vm *vm, const struct plan_facts *facts, struct plan *ret_plan)
{
	struct plan plan = {.qemu = text_format("%s", facts->qemu)};

	assert(vm->name[0] != '\0' && facts->accel != ACCEL_AUTO);
	add_machine(&plan, vm, facts);
	add_kernel(&plan, vm);
	for (size_t i = 0; i < vm->n_disks; i++)
		add_disk(&plan, &vm->disks[i], i);
	add_lan(&plan, vm, facts);
	add_wan(&plan, vm, facts);
	for (size_t i = 0; i < vm->n_shares; i++)
		add_share(&plan, &vm->shares[i], i);
	add_sockets(&plan, facts->directory);
	add(&plan, "-sandbox",
		"on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	*ret_plan = plan;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->options[i].name);
		free(plan->options[i].value);
	}
	free(plan->options);
	free(plan->qemu);
	*plan = (struct plan){0};
}

char **plan_argv(const struct plan *plan)
{
	char **argv = calloc(2 * plan->n + 2, sizeof(*argv));
	size_t used = 0;

	if (argv == NULL)
		abort();
	argv[used++] = plan->qemu;
	for (size_t i = 0; i < plan->n; i++) {
		argv[used++] = plan->options[i].name;
		if (plan->options[i].value != NULL)
			argv[used++] = plan->options[i].value;
	}
	return argv;
}

void plan_print(const struct plan *plan, FILE *stream)
{
	text_print_word(stream, plan->qemu);
	for (size_t i = 0; i < plan->n; i++) {
		fprintf(stream, " \\\n\t%s", plan->options[i].name);
		if (plan->options[i].value != NULL) {
			fputc(' ', stream);
			text_print_word(stream, plan->options[i].value);
		}
	}
	fputc('\n', stream);
}
