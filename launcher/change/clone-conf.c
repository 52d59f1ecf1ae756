/* SPDX-License-Identifier: MIT
 * The vm.conf of a copy of a VM, made of that of the VM. */
#include "launcher/change/clone-conf.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/options/conf.h"
#include "launcher/options/row.h"

bool clone_conf_copies(const struct vm_disk *disk)
{
	return !disk->readonly && !disk->snapshot;
}

char *clone_conf_name(size_t i, enum vm_format format)
{
	return text_format("cloned%zu.%s", i, format == VM_FORMAT_RAW ? "img" : "qcow2");
}

char *clone_conf_disk(const struct vm *vm, size_t i, const char *directory)
{
	const struct vm_disk *disk = &vm->disks[i];
	const char *name = file_relative(directory, disk->path);

	if (name != disk->path && strchr(name, '/') == NULL)
		return text_format("%s", name);
	return clone_conf_name(i, disk->format);
}

/* The value of a disk's line with another path. */
static char *with_path(const char *value, const char *path)
{
	size_t offset = vm_disk_path(value);
	const char *rest = value + offset;
	OWNED_MEMORY char *doubled = text_double_commas(path);

	free(text_take_path(&rest));
	return text_format(
		"%.*s%s%s%s", (int)offset, value, doubled, *rest == '\0' ? "" : ",", rest);
}

/* The value of a NIC's line without its address. */
static char *without_mac(const char *value)
{
	char *text = text_format("%s", "");

	while (*value != '\0') {
		OWNED_MEMORY char *key = text_take_key(&value);

		if (strncmp(key, "mac=", 4) != 0)
			text_append(&text, "%s%s", text[0] == '\0' ? "" : ",", key);
	}
	return text;
}

/* What the copy says of a setting; NULL: nothing. `disks` counts those that were. */
static char *value_of(const struct setting *item, const struct vm *vm, const char *source,
	const char *target, size_t *disks)
{
	const char *key = item->row->name;
	bool disk = strcmp(key, "disk") == 0 || strcmp(key, "cdrom") == 0;
	size_t i = disk ? (*disks)++ : 0;

	if (strcmp(key, "name") == 0)
		return NULL;
	if (strcmp(key, "nic") == 0)
		return without_mac(item->text);
	if (disk && i < vm->n_disks && clone_conf_copies(&vm->disks[i])) {
		OWNED_MEMORY char *name = clone_conf_disk(vm, i, source);

		return with_path(item->text, name);
	}
	return text_format("%s", conf_value(item, target));
}

void clone_conf_change(struct lines *lines, const struct settings *settings, const struct vm *vm,
	const char *source, const char *target)
{
	size_t disks = 0, at = 0;

	/* The settings are those of the lines, in their order. */
	for (size_t i = 0; i < settings->n && at < lines->n; i++) {
		const struct setting *item = &settings->items[i];
		OWNED_MEMORY char *value = value_of(item, vm, source, target, &disks);

		while (at < lines->n && lines_row(lines, at, NULL) != item->row)
			at++;
		if (at < lines->n && value != NULL)
			lines_replace(lines, at++, value);
		else if (at < lines->n)
			lines_drop(lines, at);
	}
}
