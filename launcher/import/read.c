/* SPDX-License-Identifier: MIT
 * VMs of other programs: which program a description is of. */
#include "launcher/import/read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/utf8.h"
#include "launcher/base/bytes.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/import/libvirt.h"
#include "launcher/import/quickemu.h"

static bool is_text(const char *text, size_t length)
{
	while (length > 0) {
		size_t size = *text == '\0' ? 0 : utf8_length(text, length);

		if (size == 0)
			return false;
		text += size;
		length -= size;
	}
	return true;
}

int read_text(const char *text, size_t length, const char *directory, struct import *ret_import,
	char **reterr_text)
{
	OWNED_IMPORT import = {0};
	const char *begin = text;
	int r = 0;

	if (length > IMPORT_SIZE_MAX || !is_text(text, length))
		return text_fail(reterr_text, -EINVAL,
			"it is no text, or too large for a description of a VM");
	begin += strspn(begin, " \t\r\n");
	r = *begin == '<' ? libvirt_read(text, length, directory, &import, reterr_text)
			  : quickemu_read(text, directory, &import, reterr_text);
	if (r < 0)
		return r;
	if (import.n_values > IMPORT_VALUES_MAX)
		return text_fail(reterr_text, -EINVAL,
			"it has more than %d values, and describes no VM", IMPORT_VALUES_MAX);
	*ret_import = import;
	import = (struct import){0};
	return 0;
}

/* quickemu has no other name for a VM: "ubuntu-24.04.conf" is of "ubuntu-24.04". */
static void take_name_of_file(const char *path, struct import *import)
{
	const char *slash = strrchr(path, '/'), *file = slash == NULL ? path : slash + 1;
	const char *dot = strrchr(file, '.');
	OWNED_MEMORY char *name = text_format("%.*s",
		(int)(dot == NULL || dot == file ? strlen(file) : (size_t)(dot - file)), file);

	import_name(import, name);
}

int read_file(const char *path, struct import *ret_import, char **reterr_text)
{
	OWNED_MEMORY char *whole = file_absolute(path);
	OWNED_MEMORY char *text = calloc(1, IMPORT_SIZE_MAX + 2);
	OWNED_MEMORY char *error = NULL;
	OWNED_FD fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t length = 0;
	int r = fd < 0 ? -errno : 0;

	if (text == NULL)
		abort();
	if (r == 0)
		length = bytes_read(fd, text, IMPORT_SIZE_MAX + 1);
	if (r == 0 && length < 0)
		r = (int)length;
	if (r < 0)
		return text_fail(reterr_text, r, "cannot read '%s': %s", path, strerror(-r));
	*strrchr(whole, '/') = '\0';
	r = read_text(text, (size_t)length, whole, ret_import, &error);
	if (r < 0)
		return text_fail(reterr_text, r, "'%s': %s", path, error);
	if (ret_import->name[0] == '\0')
		take_name_of_file(path, ret_import);
	return 0;
}
