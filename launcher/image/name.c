/* SPDX-License-Identifier: MIT
 * Names of images in the store. */
#include "launcher/image/name.h"

#include <string.h>
#include <strings.h>

#include "common/wire.h"
#include "launcher/base/text.h"

static const char *const suffixes[] = {".gz", ".xz", ".zst", ".zip", ".img", ".raw", ".qcow2",
	".vdi", ".vmdk", ".vhdx", ".iso", ".tar", ".bin"};

static bool alphanumeric(char c)
{
	return wire_label_char_valid(c) && strchr("._-", c) == NULL;
}

bool image_name_valid(const char *name)
{
	size_t length = strlen(name);

	if (length > IMAGE_NAME_MAX || !alphanumeric(name[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!wire_label_char_valid(name[i]))
			return false;
	return true;
}

bool image_name_is_url(const char *source)
{
	const char *colon = strstr(source, "://");

	return colon != NULL && colon != source &&
	       strcspn(source, "/") == (size_t)(colon - source) + 1;
}

/* How long the name is without the suffixes at its end, however many. */
static size_t without_suffixes(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t size = strlen(suffixes[i]);

		if (length > size && strncasecmp(name + length - size, suffixes[i], size) == 0) {
			length -= size;
			i = (size_t)-1;
		}
	}
	return length;
}

char *image_name_derive(const char *source)
{
	size_t all = image_name_is_url(source) ? strcspn(source, "?#") : strlen(source), from = 0;
	char name[IMAGE_NAME_MAX + 1] = "";
	size_t length = 0, used = 0;

	while (all > 0 && source[all - 1] == '/')
		all--;
	for (size_t i = 0; i < all; i++)
		if (source[i] == '/')
			from = i + 1;
	length = without_suffixes(source + from, all - from);
	for (size_t i = 0; i < length && used < IMAGE_NAME_MAX; i++) {
		char c = wire_label_char_valid(source[from + i]) ? source[from + i] : '-';

		if (used > 0 || alphanumeric(c))
			name[used++] = c;
	}
	return text_format("%s", used == 0 ? "image" : name);
}

char *image_name_plain(const char *source)
{
	const char *host = image_name_is_url(source) ? strstr(source, "://") + 3 : source;
	size_t length = strcspn(host, "/?#");
	const char *at = host == source ? NULL : memrchr(host, '@', length);

	return at == NULL ? text_format("%s", source)
			  : text_format("%.*s%s", (int)(host - source), source, at + 1);
}
