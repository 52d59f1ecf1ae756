/* SPDX-License-Identifier: MIT
 * The description of a VM: defaults, names, and what goes together. */
#include "launcher/vm.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/text.h"

#define MEMORY_DEFAULT 256 /* MiB */

static const char *const suffixes[] = {".gz", ".img", ".raw", ".qcow2", ".bin"};

void vm_init(struct vm *ret_vm)
{
	*ret_vm = (struct vm){
		.memory = MEMORY_DEFAULT,
		.cpus = 1,
		.accel = ACCEL_AUTO,
		.machine = text_format("q35"),
		.lan = VM_NETWORK_BRIDGE,
		.wan = VM_NETWORK_USER,
	};
}

void vm_free(struct vm *vm)
{
	free(vm->machine);
	free(vm->cpu);
	free(vm->kernel);
	free(vm->initrd);
	free(vm->append);
	for (size_t i = 0; i < vm->n_disks; i++)
		free(vm->disks[i].path);
	for (size_t i = 0; i < vm->n_shares; i++)
		free(vm->shares[i].path);
	*vm = (struct vm){0};
}

static bool alphanumeric(char c)
{
	return wire_label_char_valid(c) && strchr("._-", c) == NULL;
}

bool vm_name_valid(const char *name)
{
	size_t length = strlen(name);

	if (length >= VM_NAME_SIZE || !alphanumeric(name[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!wire_label_char_valid(name[i]))
			return false;
	return true;
}

static size_t without_suffixes(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t size = strlen(suffixes[i]);

		if (length > size && memcmp(name + length - size, suffixes[i], size) == 0)
			length -= size;
	}
	return length;
}

/* Where to cut a name that fills all of its bytes: at a '-' or '.', where it reads best. */
static size_t cut(const char name[VM_NAME_SIZE])
{
	for (size_t i = VM_NAME_SIZE - 1; i > VM_NAME_SIZE / 2; i--)
		if (name[i] == '-' || name[i] == '.')
			return i;
	return VM_NAME_SIZE - 1;
}

/* A name out of a file's name: what a name may not hold becomes '-', and one that is too long is
 * cut. */
static void derive_name(const char *path, char ret_name[VM_NAME_SIZE])
{
	const char *slash = strrchr(path, '/');
	const char *file = slash == NULL ? path : slash + 1;
	size_t length = without_suffixes(file), used = 0;
	char name[VM_NAME_SIZE] = {0};

	for (size_t i = 0; i < length && used < sizeof(name); i++) {
		char c = wire_label_char_valid(file[i]) ? file[i] : '-';

		if (used > 0 || alphanumeric(c))
			name[used++] = c;
	}
	if (used == sizeof(name))
		used = cut(name);
	memset(name + used, 0, sizeof(name) - used);
	if (used == 0)
		memcpy(name, "vm", sizeof("vm"));
	memcpy(ret_name, name, sizeof(name));
}

static void default_name(struct vm *vm)
{
	if (vm->n_disks > 0)
		derive_name(vm->disks[0].path, vm->name);
	else if (vm->kernel != NULL)
		derive_name(vm->kernel, vm->name);
}

/* What does not go together. */
static int check(const struct vm *vm, char **reterr_text)
{
	if (vm->kernel == NULL && vm->n_disks == 0)
		return text_fail(reterr_text, -EINVAL,
			"nothing to boot: give a disk IMAGE or '--kernel FILE'");
	if (vm->kernel == NULL && (vm->initrd != NULL || vm->append != NULL))
		return text_fail(reterr_text, -EINVAL, "'%s' needs '--kernel'",
			vm->initrd != NULL ? "--initrd" : "--append");
	if (vm->n_forwards > 0 && vm->lan != VM_NETWORK_USER && vm->wan != VM_NETWORK_USER)
		return text_fail(reterr_text, -EINVAL,
			"'--forward' needs a user network: '--wan user' or '--lan user'");
	for (size_t i = 0; i < vm->n_disks; i++)
		if (vm->disks[i].ide && vm->disks[i].readonly)
			return text_fail(reterr_text, -EINVAL,
				"disk '%s': an ide disk cannot be readonly; use 'if=virtio'",
				vm->disks[i].path);
	for (size_t i = 0; i < vm->n_shares; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(vm->shares[i].tag, vm->shares[j].tag) == 0)
				return text_fail(reterr_text, -EINVAL,
					"two shares have the tag '%s'; give one another: '--share %s:TAG'",
					vm->shares[i].tag, vm->shares[i].path);
	return 0;
}

int vm_complete(struct vm *vm, uint32_t uid, char **reterr_text)
{
	int r = check(vm, reterr_text);

	if (r < 0)
		return r;
	if (vm->name[0] == '\0')
		default_name(vm);
	if (vm->kernel != NULL && vm->append == NULL)
		vm->append = text_format("console=ttyS0");
	if (vm->lan == VM_NETWORK_BRIDGE && vm->bridge[0] == '\0') {
		int length = snprintf(vm->bridge, sizeof(vm->bridge), "ow-%u", uid);

		assert(length > 0 && (size_t)length < sizeof(vm->bridge));
	}
	return 0;
}
