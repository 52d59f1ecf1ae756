/* SPDX-License-Identifier: MIT
 * What the guest must not reach by a share: what owrun and QEMU open at the next start. */
#include "launcher/sandbox/share-reach.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/disk/backing.h"
#include "launcher/disk/temporary.h"
#include "launcher/home/state-home.h"
#include "launcher/home/vmdir.h"
#include "launcher/runtime/place.h"

#define LINKS_MAX 40 /* Linux' own limit */

/* The rest of the way when prefix, which has `name` in the directory way[0..parent), is a symlink;
 * NULL when it is none. */
static char *turn(const char *way, size_t parent, const char *prefix, const char *rest)
{
	char target[PATH_MAX] = "";
	ssize_t length = readlink(prefix, target, sizeof(target) - 1);

	if (length < 0)
		return NULL;
	if (target[0] == '/')
		return text_format("%s%s", target, rest);
	return text_format("%.*s/%s%s", (int)parent, way, target, rest);
}

/* Go along the way, which is absolute, up to the first symlink: *ret_turned is the way from
 * there. */
static bool pass_along(const char *directory, const char *way, bool itself, char **ret_turned)
{
	size_t parent = 0;

	while (way[parent] != '\0') {
		size_t name = parent + strspn(way + parent, "/");
		size_t end = name + strcspn(way + name, "/");
		bool last = way[end + strspn(way + end, "/")] == '\0';
		OWNED_MEMORY char *prefix = text_format("%.*s", (int)end, way);

		if ((itself || !last) && file_same(directory, prefix))
			return true;
		*ret_turned = turn(way, parent, prefix, way + end);
		if (*ret_turned != NULL)
			return false;
		parent = end;
	}
	return false;
}

bool share_reach_passes(const char *directory, const char *path, bool itself)
{
	OWNED_MEMORY char *way = file_absolute(path);

	if (file_same(directory, "/"))
		return true;
	for (int i = 0; i < LINKS_MAX; i++) {
		char *turned = NULL;

		if (pass_along(directory, way, itself, &turned))
			return true;
		if (turned == NULL)
			return false;
		free(way);
		way = turned;
	}
	return false;
}

/* A directory of owrun's. `inside`: nothing in it can be shared either. */
static int check_place(const struct share *share, const char *place, const char *what, bool inside,
	char **reterr_text)
{
	if (place == NULL)
		return 0;
	if (share_reach_passes(share->path, place, true))
		return text_fail(reterr_text, -EPERM,
			"share '%s': the guest could change '%s', %s; share a directory that does not hold it, such as a new one below, or add ',ro'",
			share->path, place, what);
	if (inside && share_reach_passes(place, share->path, true))
		return text_fail(reterr_text, -EPERM,
			"share '%s' is in '%s', %s; share another directory, or add ',ro'",
			share->path, place, what);
	return 0;
}

/* The directory of another VM: below the home, or wherever a vm.conf is. */
static int check_others(const struct share *share, const char *home, char **reterr_text)
{
	OWNED_MEMORY char *parent = text_format("%s/..", share->path);

	if (!vmdir_has_conf(share->path) && (home == NULL || !file_same(parent, home)))
		return 0;
	return text_fail(reterr_text, -EPERM,
		"share '%s' is the directory of a VM: the guest could change '%s/" VMDIR_CONF
		"'; share a directory below it, or add ',ro'",
		share->path, share->path);
}

static int check_runtime(
	const struct share *share, const struct runtime_places *places, char **reterr_text)
{
	OWNED_BASES bases = {0};
	int r = 0;

	runtime_bases_init(places, &bases);
	for (size_t i = 0; r == 0 && i < bases.n; i++)
		r = check_place(share, bases.paths[i], "where the files of running VMs are", true,
			reterr_text);
	return r;
}

static int check_places(const struct share *share, const char *vmdir,
	const struct runtime_places *places, char **reterr_text)
{
	OWNED_MEMORY char *home = vmdir_home();
	OWNED_MEMORY char *temporary = temporary_home();
	OWNED_MEMORY char *state = state_home();
	int r = check_place(
		share, vmdir, "the VM's own directory with its " VMDIR_CONF, false, reterr_text);

	if (r == 0)
		r = check_place(share, home, "where VMs are kept", false, reterr_text);
	if (r == 0)
		r = check_others(share, home, reterr_text);
	if (r == 0)
		r = check_runtime(share, places, reterr_text);
	if (r == 0)
		r = check_place(
			share, temporary, "where temporary files of VMs are", true, reterr_text);
	if (r == 0)
		r = check_place(share, state, "where owrun keeps logs and addresses of VMs", true,
			reterr_text);
	return r;
}

/* A file of the VM, which the guest could replace. */
static int check_file(
	const struct share *share, const char *what, const char *path, char **reterr_text)
{
	if (path == NULL || !share_reach_passes(share->path, path, false))
		return 0;
	return text_fail(reterr_text, -EPERM,
		"share '%s': the guest could put another file in the place of the %s '%s'; move it out of there, share a directory that does not hold it, or add ',ro'",
		share->path, what, path);
}

static int check_disk(const struct share *share, const struct vm_disk *disk, char **reterr_text)
{
	OWNED_CHAIN chain = {0};
	int r = check_file(share, "disk", disk->path, reterr_text);

	if (r == 0 && disk->format == VM_FORMAT_QCOW2)
		r = backing_follow(disk->path, &chain, reterr_text);
	for (size_t i = 0; r == 0 && i < chain.n; i++)
		r = check_file(share, "backing file", chain.items[i].path, reterr_text);
	return r;
}

static int check_files(const struct share *share, const struct vm *vm, char **reterr_text)
{
	int r = check_file(share, "kernel", vm->kernel, reterr_text);

	if (r == 0)
		r = check_file(share, "initrd", vm->initrd, reterr_text);
	if (r == 0)
		r = check_file(share, "dtb", vm->dtb, reterr_text);
	if (r == 0)
		r = check_file(share, "bios", vm->bios, reterr_text);
	if (r == 0)
		r = check_file(share, "monitor's target", vm->monitor.path, reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_serials; i++)
		r = check_file(share, "serial port's target", vm->serials[i].path, reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_disks; i++)
		r = check_disk(share, &vm->disks[i], reterr_text);
	for (size_t i = 0; r == 0 && i < vm->n_shares; i++)
		if (&vm->shares[i] != share)
			r = check_file(share, "share", vm->shares[i].path, reterr_text);
	return r;
}

int share_reach_check(const struct vm *vm, const char *vmdir, const struct runtime_places *places,
	char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < vm->n_shares; i++) {
		const struct share *share = &vm->shares[i];

		if (share->readonly || access(share->path, F_OK) < 0)
			continue;
		r = check_places(share, vmdir, places, reterr_text);
		if (r == 0)
			r = check_files(share, vm, reterr_text);
	}
	return r;
}
