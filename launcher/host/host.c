/* SPDX-License-Identifier: MIT
 * What a VM needs of this host: its files, and QEMU. */
#include "launcher/host/host.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/own.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/host/share-check.h"

/* QEMU gives the guest twice the size and 20000 bytes, of which Linux takes 2 MiB. */
#define DTB_SIZE_MAX ((2 * 1024 * 1024 - 20000) / 2)

static int check_file(const char *what, const char *path, int mode, char **reterr_text)
{
	struct stat st = {0};

	if (path == NULL)
		return 0;
	if (stat(path, &st) < 0)
		return text_fail(reterr_text, -errno, "%s '%s': %s", what, path, strerror(errno));
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return text_fail(reterr_text, -EINVAL, "%s '%s' is not a regular file", what, path);
	if (access(path, mode) < 0)
		return text_fail(reterr_text, -errno, "%s '%s' cannot be %s by you: %s", what, path,
			mode & W_OK ? "written" : "read", strerror(errno));
	return 0;
}

/* A tree that is too large is worse than none: the kernel ends before it can say a word. The trees
 * that QEMU dumps are, for they have room for more. */
static int check_dtb(const char *path, char **reterr_text)
{
	OWNED_MEMORY char *word = NULL;
	int r = check_file("dtb", path, R_OK, reterr_text);
	struct stat st = {0};

	if (r < 0 || path == NULL || stat(path, &st) < 0 || st.st_size <= DTB_SIZE_MAX)
		return r;
	word = shell_word(path);
	return text_fail(reterr_text, -EFBIG,
		"dtb '%s' is larger than the %d bytes that QEMU and Linux can take; 'dtc -I dtb -O dtb -o SMALLER %s' leaves out empty room",
		path, DTB_SIZE_MAX, word);
}

static int check_disk(const struct vm *vm, const struct vm_disk *disk, char **reterr_text)
{
	OWNED_MEMORY char *doubled = text_double_commas(disk->path);
	OWNED_MEMORY char *word = shell_word(doubled);
	bool written = vm_writes_to(vm, disk), qcow2 = disk->format == VM_FORMAT_QCOW2;
	int r = check_file("disk", disk->path, written ? R_OK | W_OK : R_OK, reterr_text);

	/* Who may not read it is not helped. */
	if ((r == -EACCES || r == -EROFS) && written && access(disk->path, R_OK) == 0)
		return text_fail(reterr_text, r,
			"%s; with '--disk %s%s%s,snapshot' nothing is written to it", *reterr_text,
			word, disk->format_said ? qcow2 ? ",format=qcow2" : ",format=raw" : "",
			disk->ide ? ",if=ide" : "");
	return r;
}

static int check_lead(const char *path, char **reterr_text)
{
	return path == NULL ? 0 : own_lead_check(path, geteuid(), reterr_text);
}

static int check_port(const struct serial *serial, char **reterr_text)
{
	return check_lead(serial->kind == SERIAL_FILE ? serial->path : NULL, reterr_text);
}

/* Does another user lead to files that are not his? */
static int check_leads(const struct vm *vm, char **reterr_text)
{
	const char *const files[] = {vm->kernel, vm->initrd, vm->dtb, vm->bios};
	int r = vm->has_monitor ? check_port(&vm->monitor, reterr_text) : 0;

	for (size_t i = 0; r == 0 && i < sizeof(files) / sizeof(files[0]); i++)
		r = check_lead(files[i], reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		r = check_lead(vm->disks[i].path, reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_shares; i++)
		r = check_lead(vm->shares[i].path, reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_serials; i++)
		r = check_port(&vm->serials[i], reterr_text);
	return r;
}

int host_check_files(struct vm *vm, char **reterr_text)
{
	int r = check_leads(vm, reterr_text);

	if (r == 0)
		r = check_file("kernel", vm->kernel, R_OK, reterr_text);
	if (r == 0)
		r = check_file("initrd", vm->initrd, R_OK, reterr_text);
	if (r == 0)
		r = check_dtb(vm->dtb, reterr_text);
	if (r == 0)
		r = check_file("bios", vm->bios, R_OK, reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		r = check_disk(vm, &vm->disks[i], reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_shares; i++)
		r = share_check(&vm->shares[i], reterr_text);
	return r;
}

char *host_find_program(const char *root, const char *path, const char *name)
{
	OWNED_MEMORY char *copy = text_format("%s", path == NULL ? "" : path);
	char *rest = copy, *directory = NULL;

	while ((directory = strsep(&rest, ":")) != NULL) {
		OWNED_MEMORY char *program = text_format("%s%s/%s", root, directory, name);
		char *found = program;
		struct stat st = {0};

		if (directory[0] != '/' || stat(program, &st) < 0 || !S_ISREG(st.st_mode) ||
			access(program, X_OK) < 0)
			continue;
		program = NULL;
		return found;
	}
	return NULL;
}

int host_find_qemu(
	const struct arch *arch, const char *path, char **ret_program, char **reterr_text)
{
	char *program = host_find_program("", path, arch->qemu);

	if (program == NULL)
		return text_fail(reterr_text, -ENOENT,
			"'%s' is not on your PATH; on Debian it is in the package '%s'", arch->qemu,
			arch->package);
	*ret_program = program;
	return 0;
}
