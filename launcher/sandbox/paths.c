/* SPDX-License-Identifier: MIT
 * What a program in the sandbox can reach of the file system: the list of paths. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/sandbox/loader.h"
#include "launcher/sandbox/private.h"

/* What a rule about a file, and not a directory, may have. */
#define OF_FILES (RUN | READ | WRITE | CONTROL)

/* What QEMU is made of, wherever a distribution keeps that. */
static const struct landlock_path made_of[] = {
	{"/lib", READ | LOOK},
	{"/lib64", READ | LOOK},
	{"/usr/lib", READ | LOOK},
	{"/usr/lib64", READ | LOOK},
	{"/usr/local/lib", READ | LOOK},
	{"/nix/store", READ | LOOK},
	{"/gnu/store", READ | LOOK},
	{"/usr/share/qemu", READ | LOOK},
	{"/usr/share/seabios", READ | LOOK},
	{"/usr/share/seavgabios", READ | LOOK},
	{"/usr/share/sgabios", READ | LOOK},
	{"/usr/share/ipxe", READ | LOOK},
	{"/usr/share/OVMF", READ | LOOK},
	{"/usr/share/AAVMF", READ | LOOK},
	{"/usr/share/qemu-efi-aarch64", READ | LOOK},
	{"/usr/share/edk2", READ | LOOK},
	{"/usr/share/zoneinfo", READ | LOOK},
	{"/etc/ld.so.cache", READ},
	{"/etc/ld.so.preload", READ},
	{"/etc/localtime", READ},
	{"/dev/null", READ | WRITE},
	{"/dev/zero", READ | WRITE},
	{"/dev/random", READ},
	{"/dev/urandom", READ},
};

void sandbox_add(struct sandbox *sandbox, const char *path, uint64_t access)
{
	struct landlock_path *paths = NULL;
	struct stat st = {0};

	if (stat(path, &st) < 0)
		return;
	paths = realloc(sandbox->paths, (sandbox->n + 1) * sizeof(*paths));
	if (paths == NULL)
		abort();
	sandbox->paths = paths;
	sandbox->paths[sandbox->n++] = (struct landlock_path){
		.path = text_format("%s", path),
		.access = S_ISDIR(st.st_mode) ? access : access & OF_FILES,
	};
}

/* The program, and the loader that the kernel starts for it: nothing else can be executed. A QEMU
 * that was built for a place of its own has its libraries and firmware there. */
static void add_program(struct sandbox *sandbox, const char *qemu)
{
	static const char *const parts[] = {"lib", "lib64", "share/qemu", "share/seabios"};
	OWNED_MEMORY char *loader = loader_of(qemu);
	OWNED_MEMORY char *program = realpath(qemu, NULL);
	char *bin = program == NULL ? NULL : strstr(program, "/bin/");

	sandbox_add(sandbox, qemu, RUN | READ);
	if (loader != NULL)
		sandbox_add(sandbox, loader, RUN | READ);
	if (bin == NULL)
		return;
	*bin = '\0';
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		OWNED_MEMORY char *path = text_format("%s/%s", program, parts[i]);

		sandbox_add(sandbox, path, READ | LOOK);
	}
}

void sandbox_add_program(struct sandbox *sandbox, const char *program)
{
	add_program(sandbox, program);
	for (size_t i = 0; i < sizeof(made_of) / sizeof(made_of[0]); i++)
		sandbox_add(sandbox, made_of[i].path, made_of[i].access);
}

void sandbox_make_tool(const char *program, const char *const *read, size_t n_read,
	const char *const written[2], struct sandbox *ret_sandbox)
{
	struct sandbox sandbox = {0};

	sandbox_add_program(&sandbox, program);
	for (size_t i = 0; i < n_read; i++)
		sandbox_add(&sandbox, read[i], READ | CONTROL);
	for (size_t i = 0; i < 2 && written[i] != NULL; i++)
		sandbox_add(&sandbox, written[i], READ | WRITE | CONTROL);
	sandbox.n_needed = sandbox.n;
	*ret_sandbox = sandbox;
}

void sandbox_make_packets(const char *program, const char *started, struct sandbox *ret_sandbox)
{
	struct sandbox sandbox = {.packets = true, .of_system = true};

	sandbox_add_program(&sandbox, program);
	add_program(&sandbox, started);
	sandbox.n_needed = sandbox.n;
	*ret_sandbox = sandbox;
}

void sandbox_free(struct sandbox *sandbox)
{
	for (size_t i = 0; i < sandbox->n; i++)
		free((char *)(uintptr_t)sandbox->paths[i].path);
	free(sandbox->paths);
	free(sandbox->temporary);
	*sandbox = (struct sandbox){0};
}
