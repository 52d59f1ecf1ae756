/* SPDX-License-Identifier: MIT
 * The files below a qcow2 image. */
#include "launcher/disk/backing.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"

#define MAGIC 0x514649fbu /* "QFI\xfb" */
#define NAME_MAX_SIZE 1023
#define V2_HEADER_SIZE 72
#define DATA_FILE UINT64_C(4) /* of the features that follow in version 3 */
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

	if (version >= 3 && !file_read_at(fd, 100, &length, sizeof(length)))
		return false;
	at = be32toh(length);
	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		uint32_t extension[2] = {0};
		char format[5] = {0};

		if (!file_read_at(fd, at, extension, sizeof(extension)) ||
			be32toh(extension[0]) == EXTENSION_END)
			return false;
		if (be32toh(extension[0]) == EXTENSION_FORMAT)
			return be32toh(extension[1]) == sizeof(format) &&
			       file_read_at(fd, at + sizeof(extension), format, sizeof(format)) &&
			       memcmp(format, "qcow2", sizeof(format)) == 0;
		/* Padded to eight bytes. */
		at += sizeof(extension) + ((be32toh(extension[1]) + UINT64_C(7)) & ~UINT64_C(7));
	}
	return false;
}

int backing_read(const char *image, struct backing *ret_backing)
{
	OWNED_FD fd = open(image, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct header header = {0};
	char name[NAME_MAX_SIZE + 1] = {0};
	const char *slash = strrchr(image, '/');
	uint32_t size = 0;

	if (fd < 0)
		return -errno;
	if (!file_read_at(fd, 0, &header, 20) || be32toh(header.magic) != MAGIC)
		return -EINVAL;
	size = be32toh(header.name_size);
	if (header.name_offset == 0 || size == 0 || size > NAME_MAX_SIZE ||
		!file_read_at(fd, be64toh(header.name_offset), name, size))
		return 0;
	ret_backing->qcow2 = backing_is_qcow2(fd, be32toh(header.version));
	ret_backing->name = text_format("%s", name);
	if (name[0] == '/' || slash == NULL)
		ret_backing->path = text_format("%s", name);
	else
		ret_backing->path = text_format("%.*s/%s", (int)(slash - image), image, name);
	return 1;
}

bool backing_has_data_file(const char *image)
{
	OWNED_FD fd = open(image, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct header header = {0};
	uint64_t features = 0;

	return fd >= 0 && file_read_at(fd, 0, &header, 20) && be32toh(header.magic) == MAGIC &&
	       be32toh(header.version) >= 3 &&
	       file_read_at(fd, V2_HEADER_SIZE, &features, sizeof(features)) &&
	       (be64toh(features) & DATA_FILE) != 0;
}

void backing_free(struct backing *backing)
{
	free(backing->name);
	free(backing->path);
	*backing = (struct backing){0};
}

static void append(struct backing_chain *chain, const struct backing *backing)
{
	struct backing *items = realloc(chain->items, (chain->n + 1) * sizeof(struct backing));

	if (items == NULL)
		abort();
	chain->items = items;
	chain->items[chain->n++] = *backing;
}

int backing_follow(const char *image, struct backing_chain *ret_chain, char **reterr_text)
{
	const char *top = image;
	int r = 1;

	*ret_chain = (struct backing_chain){0};
	while (r > 0) {
		struct backing below = {0};

		r = backing_read(image, &below);
		if (r <= 0)
			break;
		if (ret_chain->n == BACKING_MAX) {
			backing_free(&below);
			return text_fail(reterr_text, -ELOOP,
				"disk '%s' has more than %d files below it, or they go round", top,
				BACKING_MAX);
		}
		append(ret_chain, &below);
		image = below.path;
		r = below.qcow2 ? 1 : -EINVAL;
	}
	ret_chain->ends = r == 0;
	return 0;
}

void backing_chain_free(struct backing_chain *chain)
{
	for (size_t i = 0; i < chain->n; i++)
		backing_free(&chain->items[i]);
	free(chain->items);
	*chain = (struct backing_chain){0};
}
