/* SPDX-License-Identifier: MIT
 * The description of a VM: the syntax of a disk. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/vm/vm.h"

#define FILE_KEY "file=" /* of QEMU's -drive */

static bool ends_with(const char *text, const char *suffix)
{
	size_t length = strlen(text), size = strlen(suffix);

	return length > size && strcmp(text + length - size, suffix) == 0;
}

static bool is_packed(const char *path)
{
	return ends_with(path, ".gz") || ends_with(path, ".xz") || ends_with(path, ".zst") ||
	       ends_with(path, ".zip");
}

/* By suffix only: a guest could write another format's header into a raw disk. */
static bool format_by_suffix(const char *path, enum vm_format *ret_format)
{
	bool raw = ends_with(path, ".img") || ends_with(path, ".raw");

	*ret_format = raw ? VM_FORMAT_RAW : VM_FORMAT_QCOW2;
	return raw || ends_with(path, ".qcow2");
}

static int set_disk_key(struct vm_disk *disk, const char *key, char **reterr_text)
{
	if (strcmp(key, "media=disk") == 0 || strcmp(key, "media=cdrom") == 0) {
		disk->cdrom = key[6] == 'c';
	} else if (strcmp(key, "readonly") == 0) {
		disk->readonly = true;
	} else if (strcmp(key, "snapshot") == 0) {
		disk->snapshot = true;
	} else if (strcmp(key, "if=virtio") == 0 || strcmp(key, "if=ide") == 0) {
		disk->ide = key[3] == 'i';
	} else if (strcmp(key, "format=raw") == 0 || strcmp(key, "format=qcow2") == 0) {
		disk->format = key[7] == 'r' ? VM_FORMAT_RAW : VM_FORMAT_QCOW2;
		disk->format_said = true;
	} else {
		return text_fail(reterr_text, -EINVAL,
			"disk '%s': '%s' is none of format=raw, format=qcow2, if=virtio, if=ide, media=cdrom, readonly and snapshot (a comma in the path is doubled); leave it out, or use '--no-sandbox' with '-- -drive ...'",
			disk->path, key);
	}
	return 0;
}

static int parse_disk_keys(struct vm_disk *disk, const char *keys, char **reterr_text)
{
	int r = 0;

	while (r == 0 && *keys != '\0') {
		OWNED_MEMORY char *key = text_take_key(&keys);

		r = set_disk_key(disk, key, reterr_text);
	}
	return r;
}

/* A CD is read as it is, in a drive that has nothing else. */
static int settle_cdrom(struct vm_disk *disk, char **reterr_text)
{
	if (disk->format_said && disk->format != VM_FORMAT_RAW)
		return text_fail(reterr_text, -EINVAL,
			"disk '%s': an image of a CD is raw, so that 'format=qcow2' has no place beside 'media=cdrom'",
			disk->path);
	disk->format = VM_FORMAT_RAW;
	disk->ide = false;
	disk->readonly = true;
	return 0;
}

static int settle_format(struct vm_disk *disk, char **reterr_text)
{
	OWNED_MEMORY char *word = NULL;

	if (disk->cdrom)
		return settle_cdrom(disk, reterr_text);
	if (disk->format_said || format_by_suffix(disk->path, &disk->format))
		return 0;
	word = shell_word(disk->path);
	if (ends_with(disk->path, ".iso"))
		return text_fail(reterr_text, -EINVAL,
			"disk '%s' is an image of a CD by its name; '--cdrom %s' puts it into a drive",
			disk->path, word);
	if (is_packed(disk->path))
		return text_fail(reterr_text, -EINVAL,
			"disk '%s' is packed by its name; 'owrun pull %s%s' makes an image of it",
			disk->path, strchr(disk->path, '/') == NULL ? "./" : "", word);
	return text_fail(reterr_text, -EINVAL,
		"disk '%s': its name does not tell its format (.img, .raw, .qcow2); add ',format=raw' or ',format=qcow2' with '--disk', or let 'owrun pull %s%s' make an image of it",
		disk->path, strchr(disk->path, '/') == NULL ? "./" : "", word);
}

/* Takes the path. */
static int finish_disk(struct vm *vm, struct vm_disk disk, char **reterr_text)
{
	OWNED_MEMORY char *path = disk.path;
	int r = 0;

	if (path[0] == '\0')
		return text_fail(reterr_text, -EINVAL, "a disk needs a path");
	r = settle_format(&disk, reterr_text);
	if (r < 0)
		return r;
	if (vm->n_disks == VM_DISKS_MAX)
		return text_fail(reterr_text, -EINVAL, "more than %d disks", VM_DISKS_MAX);
	vm->disks[vm->n_disks++] = disk;
	path = NULL;
	return 0;
}

size_t vm_disk_path(const char *text)
{
	const char *word = text;

	while (*word != '\0') {
		OWNED_MEMORY char *path = NULL;

		if (strncmp(word, FILE_KEY, strlen(FILE_KEY)) == 0)
			return (size_t)(word - text) + strlen(FILE_KEY);
		path = text_take_path(&word);
	}
	return 0;
}

int vm_add_disk(struct vm *vm, const char *text, char **reterr_text)
{
	size_t offset = vm_disk_path(text);
	OWNED_MEMORY char *before =
		text_format("%.*s", offset == 0 ? 0 : (int)(offset - strlen(FILE_KEY)), text);
	const char *keys = text + offset;
	struct vm_disk disk = {.path = text_take_path(&keys)};
	int r = parse_disk_keys(&disk, before, reterr_text);

	if (r == 0)
		r = parse_disk_keys(&disk, keys, reterr_text);
	if (r < 0) {
		free(disk.path);
		return r;
	}
	return finish_disk(vm, disk, reterr_text);
}

int vm_add_cdrom(struct vm *vm, const char *text, char **reterr_text)
{
	OWNED_MEMORY char *disk = text_format("%s,media=cdrom", text);

	return vm_add_disk(vm, disk, reterr_text);
}
