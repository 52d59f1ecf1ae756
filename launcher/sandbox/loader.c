/* SPDX-License-Identifier: MIT
 * The loader that the kernel starts for a program: its PT_INTERP, elf(5). */
#include "launcher/sandbox/loader.h"

#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"

#define SEGMENTS_MAX 64 /* QEMU has a dozen */

char *loader_of(const char *program)
{
	OWNED_FD fd = open(program, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ElfW(Ehdr) header = {0};

	if (fd < 0 || !file_read_at(fd, 0, &header, sizeof(header)) ||
		memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
		header.e_phentsize != sizeof(ElfW(Phdr)))
		return NULL;
	for (size_t i = 0; i < header.e_phnum && i < SEGMENTS_MAX; i++) {
		ElfW(Phdr) segment = {0};
		char path[PATH_MAX] = {0};

		if (!file_read_at(
			    fd, header.e_phoff + i * sizeof(segment), &segment, sizeof(segment)))
			return NULL;
		if (segment.p_type != PT_INTERP)
			continue;
		if (segment.p_filesz == 0 || segment.p_filesz >= sizeof(path) ||
			!file_read_at(fd, segment.p_offset, path, segment.p_filesz) ||
			path[0] != '/')
			return NULL;
		return text_format("%s", path);
	}
	return NULL;
}
