/* SPDX-License-Identifier: MIT
 * The files below a qcow2 image. */
#include "launcher/backing.h"

#include <endian.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/host.h"
#include "launcher/text.h"

#define MAGIC 0x514649fbu /* "QFI\xfb" */
#define NAME_MAX_SIZE 1023
#define V2_HEADER_SIZE 72
#define EXTENSION_END 0u
#define EXTENSION_FORMAT 0xe2792acau
#define EXTENSIONS_MAX 64

/* The beginning of an image; all numbers are big-endian. */
struct header {
	uint32_t magic;
	uint32_t version;
	uint64_t name_offset; /* of the backing file's name; 0: there is none */
	uint32_t name_size;
};

/* Does the image say that its backing file is qcow2? */
static bool backing_is_qcow2(int fd, uint32_t version)
{
	uint32_t length = htobe32(V2_HEADER_SIZE);
	uint64_t at = 0;

	if (version >= 3 && !host_read_at(fd, 100, &length, sizeof(length)))
		return false;
	at = be32toh(length);
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		uint32_t extension[2] = {0};
		char format[5] = {0};

		if (!host_read_at(fd, at, extension, sizeof(extension)) ||
			be32toh(extension[0]) == EXTENSION_END)
			return false;
		if (be32toh(extension[0]) == EXTENSION_FORMAT)
			return be32toh(extension[1]) == sizeof(format) &&
			       host_read_at(fd, at + sizeof(extension), format, sizeof(format)) &&
			       memcmp(format, "qcow2", sizeof(format)) == 0;
		/* Padded to eight bytes. */
		at += sizeof(extension) + ((be32toh(extension[1]) + UINT64_C(7)) & ~UINT64_C(7));
	}
	return false;
}

/* The path of the backing file, which the caller frees, or NULL. */
static char *backing_of(const char *path, bool *ret_qcow2)
{
	OWNED_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct header header = {0};
	char name[NAME_MAX_SIZE + 1] = {0};
	const char *slash = strrchr(path, '/');
	uint32_t size = 0;

	if (fd < 0 || !host_read_at(fd, 0, &header, 20) || be32toh(header.magic) != MAGIC ||
		header.name_offset == 0)
		return NULL;
	size = be32toh(header.name_size);
	if (size == 0 || size > NAME_MAX_SIZE ||
		!host_read_at(fd, be64toh(header.name_offset), name, size))
		return NULL;
	*ret_qcow2 = backing_is_qcow2(fd, be32toh(header.version));
	if (name[0] == '/' || slash == NULL)
		return text_format("%s", name);
	return text_format("%.*s/%s", (int)(slash - path), path, name);
}

size_t backing_files(const char *path, char *ret_paths[BACKING_MAX])
{
	bool qcow2 = true;
	size_t n = 0;

	while (qcow2 && n < BACKING_MAX) {
		char *below = backing_of(path, &qcow2);

		if (below == NULL)
			break;
		ret_paths[n++] = below;
		path = below;
	}
	return n;
}
