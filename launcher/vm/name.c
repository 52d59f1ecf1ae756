/* SPDX-License-Identifier: MIT
 * The names of VMs. */
#include "launcher/vm/name.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/text.h"

static const char *const suffixes[] = {".gz", ".img", ".raw", ".qcow2", ".iso", ".bin"};

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

int vm_name_check(const char *name, char **reterr_text)
{
	if (vm_name_valid(name))
		return 0;
	return text_fail(reterr_text, -EINVAL,
		"'%s' is not a name for a VM (1-%d letters, digits, '.', '_' or '-', a letter or digit first)",
		name, VM_NAME_SIZE - 1);
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

void vm_name_derive(const char *path, char ret_name[VM_NAME_SIZE])
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
