/* SPDX-License-Identifier: MIT
 * The description of a VM: the disk that a kernel's root= means. */
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/vm/vm.h"

static bool has_disk(const struct vm *vm, bool ide)
{
	for (size_t i = 0; i < vm->n_disks; i++)
		if (!vm->disks[i].cdrom && vm->disks[i].ide == ide)
			return true;
	return false;
}

char *vm_root_advice(const struct vm *vm)
{
	static const char virtio[] = "/dev/vd", ide[] = "/dev/sd";
	const char *root = vm->append == NULL ? NULL : vm_argument(vm->append, "root");
	size_t length = root == NULL ? 0 : strcspn(root, " ");
	bool wants_ide = length > strlen(ide) && strncmp(root, ide, strlen(ide)) == 0;
	bool wants_virtio = length > strlen(virtio) && strncmp(root, virtio, strlen(virtio)) == 0;

	if (vm->kernel == NULL || (!wants_ide && !wants_virtio) || has_disk(vm, wants_ide) ||
		!has_disk(vm, !wants_ide))
		return NULL;
	return text_format(
		"the kernel looks for its root at %.*s, and the VM has no such disk: 'root=%s%.*s' is the one that it has%s",
		(int)length, root, wants_ide ? virtio : ide, (int)(length - strlen(ide)),
		root + strlen(ide),
		wants_ide && vm_has_ide(vm) ? ", or ',if=ide' with '--disk' makes it one"
		: wants_ide		    ? ""
					    : ", or ',if=virtio' with '--disk' makes it one");
}
