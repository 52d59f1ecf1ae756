/* SPDX-License-Identifier: MIT
 * The description of a VM: setters that read the syntax of one option each. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/text.h"
#include "launcher/vm.h"

int vm_set_name(struct vm *vm, const char *text, char **reterr_text)
{
	if (!vm_name_valid(text))
		return text_fail(reterr_text, -EINVAL,
			"name '%s' is not 1-%d letters, digits, '.', '_' or '-', a letter or digit first",
			text, VM_NAME_SIZE - 1);
	memset(vm->name, 0, sizeof(vm->name));
	memcpy(vm->name, text, strlen(text));
	return 0;
}

int vm_set_memory(struct vm *vm, const char *text, char **reterr_text)
{
	size_t length = strlen(text);
	char unit = length > 0 ? text[length - 1] : '\0';
	bool giga = unit == 'G' || unit == 'g';
	uint32_t factor = giga ? 1024 : 1, number = 0;

	if (giga || unit == 'M' || unit == 'm')
		length--;
	if (!number_parse(text, length, VM_MEMORY_MAX / factor, &number) ||
		number * factor < VM_MEMORY_MIN)
		return text_fail(reterr_text, -EINVAL,
			"memory '%s' is not a size from %uM to %uG, as in '1024', '1024M' or '1G'",
			text, VM_MEMORY_MIN, VM_MEMORY_MAX / 1024);
	vm->memory = number * factor;
	return 0;
}

int vm_set_cpus(struct vm *vm, const char *text, char **reterr_text)
{
	uint32_t number = 0;

	if (!number_parse(text, strlen(text), VM_CPUS_MAX, &number) || number == 0)
		return text_fail(reterr_text, -EINVAL, "cpus '%s' is not a number from 1 to %d",
			text, VM_CPUS_MAX);
	vm->cpus = number;
	return 0;
}

int vm_set_accel(struct vm *vm, const char *text, char **reterr_text)
{
	static const char *const names[] = {
		[ACCEL_AUTO] = "auto", [ACCEL_KVM] = "kvm", [ACCEL_TCG] = "tcg"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			vm->accel = (enum accel)i;
			return 0;
		}
	return text_fail(
		reterr_text, -EINVAL, "accelerator '%s' is none of auto, kvm and tcg", text);
}

int vm_set_lan(struct vm *vm, const char *text, char **reterr_text)
{
	enum vm_network lan = VM_NETWORK_BRIDGE;

	if (strcmp(text, "user") == 0)
		lan = VM_NETWORK_USER;
	else if (strcmp(text, "none") == 0)
		lan = VM_NETWORK_NONE;
	else if (!ifname_valid(text, strlen(text)))
		return text_fail(reterr_text, -EINVAL,
			"LAN '%s' is neither user, none nor the name of a bridge (1-15 letters, digits, '.', '_', '-')",
			text);
	memset(vm->bridge, 0, sizeof(vm->bridge));
	if (lan == VM_NETWORK_BRIDGE)
		memcpy(vm->bridge, text, strlen(text));
	vm->lan = lan;
	vm->lan_asked = true;
	return 0;
}

int vm_set_wan(struct vm *vm, const char *text, char **reterr_text)
{
	if (strcmp(text, "user") != 0 && strcmp(text, "none") != 0)
		return text_fail(reterr_text, -EINVAL, "WAN '%s' is neither user nor none", text);
	vm->wan = text[0] == 'u' ? VM_NETWORK_USER : VM_NETWORK_NONE;
	return 0;
}

/* Take the path up to the first single comma out of *text, with double commas made single. */
static char *take_path(const char **text)
{
	char *path = calloc(1, strlen(*text) + 1);
	size_t used = 0;

	if (path == NULL)
		abort();
	for (; **text != '\0'; (*text)++) {
		if (**text == ',') {
			(*text)++;
			if (**text != ',')
				return path;
		}
		path[used++] = **text;
	}
	return path;
}

static bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), size = strlen(suffix);

	return length > size && strcmp(text + length - size, suffix) == 0;
}

/* By suffix only: a guest could write another format's header into a raw disk. */
static bool format_by_suffix(const char *path, enum vm_format *ret_format)
{
	bool raw = ends_with(path, ".img") || ends_with(path, ".raw");

	*ret_format = raw ? VM_FORMAT_RAW : VM_FORMAT_QCOW2;
	return raw || ends_with(path, ".qcow2");
}

static int set_disk_key(struct vm_disk *disk, const char *key, bool *known, char **reterr_text)
{
	if (strcmp(key, "readonly") == 0) {
		disk->readonly = true;
	} else if (strcmp(key, "snapshot") == 0) {
		disk->snapshot = true;
	} else if (strcmp(key, "if=virtio") == 0 || strcmp(key, "if=ide") == 0) {
		disk->ide = key[3] == 'i';
	} else if (strcmp(key, "format=raw") == 0 || strcmp(key, "format=qcow2") == 0) {
		disk->format = key[7] == 'r' ? VM_FORMAT_RAW : VM_FORMAT_QCOW2;
		*known = true;
	} else {
		return text_fail(reterr_text, -EINVAL,
			"disk '%s': '%s' is none of format=raw, format=qcow2, if=virtio, if=ide, readonly and snapshot (a comma in the path is doubled)",
			disk->path, key);
	}
	return 0;
}

static int parse_disk_keys(struct vm_disk *disk, const char *keys, bool *known, char **reterr_text)
{
	while (*keys != '\0') {
		size_t length = strcspn(keys, ",");
		OWNED_MEMORY char *key = text_format("%.*s", (int)length, keys);
		int r = set_disk_key(disk, key, known, reterr_text);

		if (r < 0)
			return r;
		keys += length + (keys[length] == ',');
	}
	return 0;
}

/* Takes the path. */
static int finish_disk(
	struct vm *vm, size_t at, struct vm_disk disk, bool known, char **reterr_text)
{
	OWNED_MEMORY char *path = disk.path;

	if (path[0] == '\0')
		return text_fail(reterr_text, -EINVAL, "a disk needs a path");
	if (!known && !format_by_suffix(path, &disk.format))
		return text_fail(reterr_text, -EINVAL,
			"disk '%s': its name does not tell its format (.img, .raw, .qcow2); add ',format=raw' or ',format=qcow2' with '--disk'",
			path);
	if (vm->n_disks == VM_DISKS_MAX)
		return text_fail(reterr_text, -EINVAL, "more than %d disks", VM_DISKS_MAX);
	memmove(&vm->disks[at + 1], &vm->disks[at], (vm->n_disks - at) * sizeof(disk));
	vm->disks[at] = disk;
	vm->n_disks++;
	path = NULL;
	return 0;
}

int vm_add_disk(struct vm *vm, const char *text, char **reterr_text)
{
	const char *keys = text;
	struct vm_disk disk = {.path = take_path(&keys)};
	bool known = false;
	int r = parse_disk_keys(&disk, keys, &known, reterr_text);

	if (r < 0) {
		free(disk.path);
		return r;
	}
	return finish_disk(vm, vm->n_disks, disk, known, reterr_text);
}

int vm_add_image(struct vm *vm, const char *path, char **reterr_text)
{
	struct vm_disk disk = {.path = text_format("%s", path)};

	return finish_disk(vm, 0, disk, false, reterr_text);
}

static bool tag_valid(const char *tag)
{
	size_t length = strlen(tag);

	for (size_t i = 0; i < length; i++)
		if (!wire_label_char_valid(tag[i]))
			return false;
	return length > 0 && length < VM_TAG_SIZE;
}

int vm_add_share(struct vm *vm, const char *text, char **reterr_text)
{
	const char *colon = strrchr(text, ':');
	/* A colon in a directory's name before the last is no tag. */
	bool tagged = colon != NULL && strchr(colon, '/') == NULL;
	const char *tag = tagged ? colon + 1 : "hostshare";
	size_t length = tagged ? (size_t)(colon - text) : strlen(text);
	struct vm_share *share = NULL;

	if (length == 0)
		return text_fail(reterr_text, -EINVAL, "share '%s' has no path", text);
	if (!tag_valid(tag))
		return text_fail(reterr_text, -EINVAL,
			"share '%s': the tag '%s' is not 1-%d letters, digits, '.', '_' or '-'",
			text, tag, VM_TAG_SIZE - 1);
	if (vm->n_shares == VM_SHARES_MAX)
		return text_fail(reterr_text, -EINVAL, "more than %d shares", VM_SHARES_MAX);
	share = &vm->shares[vm->n_shares++];
	share->path = text_format("%.*s", (int)length, text);
	memcpy(share->tag, tag, strlen(tag) + 1);
	return 0;
}

int vm_add_forward(struct vm *vm, const char *text, char **reterr_text)
{
	int r = 0;

	/* One is kept for the automatic forward of a LAN that is a user network. */
	if (vm->n_forwards == FORWARDS_MAX - 1)
		return text_fail(reterr_text, -EINVAL, "more than %d forwards", FORWARDS_MAX - 1);
	r = forward_parse(text, &vm->forwards[vm->n_forwards], reterr_text);
	if (r == 0)
		vm->n_forwards++;
	return r;
}
