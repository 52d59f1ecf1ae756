/* SPDX-License-Identifier: MIT
 * What QEMU can reach of the file system: the files of its VM, and what it is made of. */
#include "launcher/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/own.h"
#include "launcher/base/text.h"
#include "launcher/disk/backing-notes.h"
#include "launcher/disk/temporary.h"
#include "launcher/home/vmdir.h"
#include "launcher/runtime/runtime.h"
#include "launcher/sandbox/private.h"

/* Of a share, in which the guest does as it likes, but for device nodes. */
#define SHARE \
	(READ | LOOK | WRITE | MAKE_FILE | MAKE_SOCKET | REMOVE_FILE | \
		LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
		LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | \
		LANDLOCK_ACCESS_FS_REFER)

/* The user network reads the addresses of name servers again when they have changed, and whoever
 * changes them puts a new file in the place of the old. A VM without such a network may get one
 * later, by `owrun nic add`. */
static void add_resolver(struct sandbox *sandbox)
{
	OWNED_MEMORY char *path = realpath("/etc/resolv.conf", NULL);

	if (path == NULL)
		return;
	*strrchr(path, '/') = '\0';
	sandbox_add(sandbox, path, READ | LOOK);
}

/* A rule about a directory would open all that is in it. */
static int add_below(
	struct sandbox *sandbox, const char *disk, const char *path, char **reterr_text)
{
	struct stat st = {0};

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return text_fail(reterr_text, -EINVAL,
			"disk '%s' has '%s' below it, which is neither a file nor a block device",
			disk, path);
	sandbox_add(sandbox, path, READ | CONTROL);
	return own_lead_check(path, geteuid(), reterr_text);
}

static int add_disk(struct sandbox *sandbox, const struct vm *vm, const struct vm_disk *disk,
	bool trust, char **reterr_text)
{
	OWNED_CHAIN chain = {0};
	bool written = vm_writes_to(vm, disk);
	int r = 0;

	/* The size of a block device is asked for by ioctl. */
	sandbox_add(sandbox, disk->path, (written ? READ | WRITE : READ) | CONTROL);
	if (disk->format == VM_FORMAT_QCOW2)
		r = backing_notes_check(disk->path, trust, &chain, reterr_text);
	for (size_t i = 0; r == 0 && i < chain.n; i++)
		r = add_below(sandbox, disk->path, chain.items[i].path, reterr_text);
	return r;
}

static int add_disks(struct sandbox *sandbox, const struct vm *vm, bool trust, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		r = add_disk(sandbox, vm, &vm->disks[i], trust, reterr_text);
	return r;
}

/* Where a port leads to a file it is made here, as QEMU could not. Signals are blocked here, so
 * that nothing may be waited for, such as the reader of a FIFO that went since serial_probe(). */
static int add_serial(struct sandbox *sandbox, const struct serial *serial, char **reterr_text)
{
	if (serial->kind == SERIAL_PTY && sandbox->n_ptys++ == 0)
		sandbox_add(sandbox, "/dev/ptmx", READ | WRITE | CONTROL);
	if (serial->kind == SERIAL_FILE) {
		OWNED_FD fd = open(serial->path,
			O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, S_IRUSR | S_IWUSR);

		if (fd < 0)
			return text_fail(reterr_text, -errno, "serial port: cannot write '%s': %s",
				serial->path, strerror(errno));
		sandbox_add(sandbox, serial->path, READ | WRITE | CONTROL);
	}
	return 0;
}

/* Of the runtime directory only the files that QEMU writes by their names, which are there: nobody
 * else can have others at those paths, see runtime/place.h. */
static void add_runtime(struct sandbox *sandbox, const struct vm *vm, const char *directory)
{
	for (size_t i = 0; i < vm->n_serials; i++) {
		OWNED_MEMORY char *path = NULL;

		if (!serial_is_console(&vm->serials[i]))
			continue;
		path = text_format("%s/%s", directory, serial_console_of(vm->serials, i)->log);
		sandbox_add(sandbox, path, READ | WRITE);
	}
}

static bool has_temporary_files(const struct vm *vm)
{
	for (size_t i = 0; i < vm->n_disks; i++)
		if (!vm->disks[i].readonly && (vm->disks[i].snapshot || vm->ephemeral))
			return true;
	return false;
}

/* What is written to a disk with `snapshot` goes to a file without a name, in a directory that is
 * the VM's own and not on a small tmpfs, as the runtime directory is. */
static int add_temporary(struct sandbox *sandbox, const struct vm *vm, char **reterr_text)
{
	int r = 0;

	if (!has_temporary_files(vm))
		return 0;
	sandbox->temporary = temporary_of_name(vm->name);
	r = temporary_make(vm->name, reterr_text);
	if (r < 0)
		return text_fail(reterr_text, r,
			"%s; what a VM writes to a disk with 'snapshot' goes there, XDG_CACHE_HOME names another place",
			*reterr_text);
	sandbox_add(sandbox, sandbox->temporary, READ | WRITE | MAKE_FILE | REMOVE_FILE);
	return 0;
}

static int add_ports(struct sandbox *sandbox, const struct vm *vm, char **reterr_text)
{
	int r = vm->has_monitor ? add_serial(sandbox, &vm->monitor, reterr_text) : 0;

	for (size_t i = 0; r == 0 && i < vm->n_serials; i++)
		r = add_serial(sandbox, &vm->serials[i], reterr_text);
	return r;
}

static void add_boot_files(struct sandbox *sandbox, const struct vm *vm)
{
	const char *const files[] = {vm->bios, vm->kernel, vm->initrd, vm->dtb};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i] != NULL)
			sandbox_add(sandbox, files[i], READ);
}

int sandbox_make(const struct vm *vm, const struct plan_facts *facts, struct sandbox *ret_sandbox,
	char **reterr_text)
{
	struct sandbox sandbox = {0};
	int r = 0;

	sandbox_add_program(&sandbox, facts->qemu);
	if (facts->accel == ACCEL_KVM)
		sandbox_add(&sandbox, "/dev/kvm", READ | WRITE | CONTROL);
	add_resolver(&sandbox);
	add_boot_files(&sandbox, vm);
	for (size_t i = 0; i < vm->n_shares; i++) {
		sandbox_add(
			&sandbox, vm->shares[i].path, vm->shares[i].readonly ? READ | LOOK : SHARE);
		sandbox.attributes = sandbox.attributes || !vm->shares[i].readonly;
	}
	r = add_disks(&sandbox, vm, facts->trust_backing, reterr_text);
	add_runtime(&sandbox, vm, facts->directory);
	if (r == 0)
		r = add_ports(&sandbox, vm, reterr_text);
	if (r == 0)
		r = add_temporary(&sandbox, vm, reterr_text);
	sandbox.n_needed = sandbox.n;
	if (sandbox.n_ptys > 0)
		sandbox_add(&sandbox, "/dev/pts", READ | WRITE | CONTROL);
	if (r < 0) {
		sandbox_free(&sandbox);
		return r;
	}
	*ret_sandbox = sandbox;
	return 0;
}
