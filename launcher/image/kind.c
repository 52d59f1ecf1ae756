/* SPDX-License-Identifier: MIT
 * What an image is, by what is in it. */
#include "launcher/image/kind.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define BOOT_SIGNATURE_AT 510 /* of a disk, also of an image that is a CD and a disk */

struct magic {
	enum image_kind kind;
	size_t offset;
	const char *bytes;
	size_t size;
};

#define MAGIC(kind, offset, text) \
	{ \
		kind, offset, text, sizeof(text) - 1 \
	}

static const struct magic magics[] = {
	MAGIC(IMAGE_QCOW2, 0, "QFI\xfb"),
	MAGIC(IMAGE_VDI, 64, "\x7f\x10\xda\xbe"),
	MAGIC(IMAGE_VMDK, 0, "KDMV"),
	MAGIC(IMAGE_VMDK, 0, "COWD"),
	MAGIC(IMAGE_VMDK, 0, "# Disk DescriptorFile"),
	MAGIC(IMAGE_VHDX, 0, "vhdxfile"),
	MAGIC(IMAGE_GZIP, 0, "\x1f\x8b\x08"),
	MAGIC(IMAGE_XZ, 0,
		"\xfd"
		"7zXZ\0"),
	MAGIC(IMAGE_ZSTD, 0, "\x28\xb5\x2f\xfd"),
	MAGIC(IMAGE_ZIP, 0, "PK\x03\x04"),
	MAGIC(IMAGE_TAR, 257, "ustar"),
	MAGIC(IMAGE_ISO, 32769, "CD001"),
};

static const struct {
	const char *words;
	const char *format;
} kinds[] = {
	[IMAGE_RAW] = {"a raw disk", NULL},
	[IMAGE_QCOW2] = {"a qcow2 image", "qcow2"},
	[IMAGE_VDI] = {"a VDI image", "vdi"},
	[IMAGE_VMDK] = {"a VMDK image", "vmdk"},
	[IMAGE_VHDX] = {"a VHDX image", "vhdx"},
	[IMAGE_ISO] = {"an image of a CD", NULL},
	[IMAGE_GZIP] = {"packed by gzip", NULL},
	[IMAGE_XZ] = {"packed by xz", NULL},
	[IMAGE_ZSTD] = {"packed by zstd", NULL},
	[IMAGE_ZIP] = {"packed by zip", NULL},
	[IMAGE_TAR] = {"a tar archive", NULL},
	[IMAGE_PAGE] = {"a page of the web", NULL},
};

static bool has(const uint8_t *head, size_t size, size_t offset, const char *bytes, size_t length)
{
	return size >= length && offset <= size - length &&
	       memcmp(head + offset, bytes, length) == 0;
}

static bool is_page(const uint8_t *head, size_t size)
{
	static const char *const begins[] = {"<!doctype html", "<html"};
	size_t at = 0;

	while (at < size && memchr(" \t\r\n", head[at], 4) != NULL)
		at++;
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (size - at >= strlen(begins[i]) &&
			strncasecmp((const char *)head + at, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

enum image_kind image_kind_of(const uint8_t *head, size_t size)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		const struct magic *magic = &magics[i];

		if (!has(head, size, magic->offset, magic->bytes, magic->size))
			continue;
		if (magic->kind == IMAGE_ISO && has(head, size, BOOT_SIGNATURE_AT, "\x55\xaa", 2))
			return IMAGE_RAW;
		return magic->kind;
	}
	return is_page(head, size) ? IMAGE_PAGE : IMAGE_RAW;
}

const char *image_kind_words(enum image_kind kind)
{
	return kinds[kind].words;
}

const char *image_kind_format(enum image_kind kind)
{
	return kinds[kind].format;
}
