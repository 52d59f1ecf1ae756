/* SPDX-License-Identifier: MIT
 * What a description gives the guest that did not come with it. */
#include "launcher/import/reach.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/disk/backing.h"
#include "launcher/options/row.h"
#include "launcher/vm/vm.h"

/* Of a VM that one setting was applied to. */
static const char *path_of(const struct vm *vm)
{
	const char *const paths[] = {vm->bios, vm->kernel, vm->initrd, vm->dtb,
		vm->n_disks > 0 ? vm->disks[0].path : NULL,
		vm->n_shares > 0 ? vm->shares[0].path : NULL,
		vm->n_serials > 0 ? vm->serials[0].path : NULL};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (paths[i] != NULL)
			return paths[i];
	return NULL;
}

/* Is it in the directory itself? What is not there leads nowhere. */
static bool is_beside(const char *path, const char *directory)
{
	const char *end = file_relative(directory, path);

	if (end == path || strstr(end, "..") != NULL)
		return false;
	while (*end != '\0') {
		OWNED_MEMORY char *way = NULL;
		struct stat st = {0};

		end += strspn(end, "/");
		end += strcspn(end, "/");
		way = text_format("%.*s", (int)(end - path), path);
		if (lstat(way, &st) < 0)
			return true;
		if (S_ISLNK(st.st_mode) || (S_ISREG(st.st_mode) && st.st_nlink > 1))
			return false;
	}
	return true;
}

/* Add what the file leads to that is not in the directory. Returns whether there is any. */
static bool add_file(char **text, const char *path, bool image, const char *directory)
{
	OWNED_MEMORY char *target = realpath(path, NULL);
	OWNED_MEMORY char *error = NULL;
	OWNED_CHAIN chain = {0};
	bool beside = is_beside(path, directory);

	if (!beside && target != NULL && strcmp(target, path) != 0)
		text_append(text, ", which is '%s'", target);
	if (image)
		(void)backing_follow(path, &chain, &error);
	for (size_t i = 0; i < chain.n; i++)
		text_append(text, "%s'%s'", i == 0 ? ", and below it " : ", ", chain.items[i].name);
	return !beside || chain.n > 0;
}

/* Does a serial port of it speak with other hosts, or programs of this one? */
static bool connects(const struct vm *vm)
{
	return vm->n_serials > 0 &&
	       (vm->serials[0].kind == SERIAL_TCP || vm->serials[0].kind == SERIAL_TELNET);
}

char *reach_describe(const struct settings *settings, size_t number, const char *directory)
{
	const struct setting *item = &settings->items[number];
	char *text = text_format("%s = %s", item->row->name, item->text);
	OWNED_MEMORY char *error = NULL;
	const char *path = NULL;
	bool told = false;
	struct vm vm;

	vm_init(&vm);
	if (settings_apply_one(settings, number, &vm, &error) == 0)
		path = path_of(&vm);
	told = path == NULL ? connects(&vm) : add_file(&text, path, vm.n_disks > 0, directory);
	vm_free(&vm);
	if (told)
		return text;
	free(text);
	return NULL;
}
