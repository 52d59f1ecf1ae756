/* SPDX-License-Identifier: MIT
 * The vm.conf of a kept VM as a text: read, judged, replaced. */
#include "launcher/change/conf-file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/base/text.h"
#include "launcher/image/look.h"
#include "launcher/options/conf.h"
#include "launcher/options/qemu.h"
#include "launcher/sandbox/share-reach.h"
#include "launcher/vm/vm.h"

int conf_file_open(const char *operand, bool trust, struct vmdir *ret_vmdir, char **reterr_text)
{
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_MEMORY char *error = NULL;
	bool path = vmdir_is_path(operand);
	int r = path			 ? vmdir_open(operand, trust, &vmdir, &error)
		: vm_name_valid(operand) ? vmdir_open_name(operand, trust, &vmdir, &error)
					 : -ENOENT;

	if (r < 0 && r != -ENOENT && r != -ENOTDIR)
		return text_fail(reterr_text, r, "%s", error);
	if (r == 0 && vmdir_has(&vmdir, VMDIR_CONF)) {
		*ret_vmdir = vmdir;
		vmdir = (struct vmdir)VMDIR_NONE;
		return 0;
	}
	if (path)
		return text_fail(reterr_text, -ENOENT,
			"'%s' is no directory of a VM: it has no vm.conf", operand);
	return text_fail(reterr_text, -ENOENT,
		"there is no VM '%s' that is kept; 'owrun ls' lists them", operand);
}

int conf_file_say_taken(const char *name, char **reterr_text)
{
	return text_fail(reterr_text, -EEXIST,
		"there is '%s' already, or what is remembered of it; 'owrun rm %s' removes it",
		name, name);
}

int conf_file_read(const struct vmdir *vmdir, const char *name, char **ret_text, char **reterr_text)
{
	OWNED_MEMORY char *path = text_format("%s/%s", vmdir->path, name);
	OWNED_MEMORY char *reason = NULL;
	OWNED_FD fd = vmdir_open_file(vmdir, name, CONF_SIZE_MAX, &reason);
	OWNED_MEMORY char *text = calloc(1, CONF_SIZE_MAX + 1);
	ssize_t length = 0;

	if (text == NULL)
		abort();
	if (fd < 0)
		return text_fail(reterr_text, fd, "cannot read '%s': %s", path, reason);
	length = bytes_read(fd, text, CONF_SIZE_MAX);
	if (length < 0)
		return text_fail(reterr_text, (int)length, "cannot read '%s': %s", path,
			strerror((int)-length));
	if (strlen(text) != (size_t)length)
		return text_fail(reterr_text, -EINVAL, "there is a NUL byte in '%s'", path);
	*ret_text = text;
	text = NULL;
	return 0;
}

int conf_file_load(const struct vmdir *vmdir, const char *path, const char *text,
	struct settings *ret_settings, struct vm *ret_vm, char **reterr_text)
{
	int r = conf_read_text(text, vmdir->path, path, ret_settings, reterr_text);

	vm_init(ret_vm);
	if (r == 0)
		r = options_qemu_settle(ret_settings, reterr_text);
	if (r == 0)
		r = settings_apply(ret_settings, ret_vm, reterr_text);
	/* It has the name of its directory, unless it says another. */
	if (r == 0 && ret_vm->name[0] == '\0')
		vm_name_derive(strrchr(vmdir->path, '/') + 1, ret_vm->name);
	return r < 0 ? r : vm_complete(ret_vm, (uint32_t)geteuid(), reterr_text);
}

int conf_file_take(const char *operand, bool trust, struct conf_file *ret_conf, char **reterr_text)
{
	int r = conf_file_open(operand, trust, &ret_conf->vmdir, reterr_text);

	vm_init(&ret_conf->vm);
	if (r < 0)
		return r;
	ret_conf->path = text_format("%s/" VMDIR_CONF, ret_conf->vmdir.path);
	r = conf_file_read(&ret_conf->vmdir, VMDIR_CONF, &ret_conf->text, reterr_text);
	return r < 0 ? r
		     : conf_file_load(&ret_conf->vmdir, ret_conf->path, ret_conf->text,
			       &ret_conf->settings, &ret_conf->vm, reterr_text);
}

void conf_file_free(struct conf_file *conf)
{
	vm_free(&conf->vm);
	settings_free(&conf->settings);
	vmdir_close(&conf->vmdir);
	free(conf->path);
	free(conf->text);
}

int conf_file_judge(
	const struct vmdir *vmdir, const char *path, const char *text, char **reterr_text)
{
	struct runtime_places places = {0};
	OWNED_SETTINGS settings = {0};
	struct vm vm;
	int r = conf_file_load(vmdir, path, text, &settings, &vm, reterr_text);

	runtime_places_init(&places);
	if (r == 0 && strlen(text) > CONF_SIZE_MAX)
		r = text_fail(reterr_text, -EINVAL, "'%s' is too large for a vm.conf", path);
	if (r == 0)
		r = share_reach_check(&vm, vmdir->path, &places, reterr_text);
	if (r == 0)
		r = image_check_disks(&vm, reterr_text);
	vm_free(&vm);
	return r;
}

static int replace(
	const struct vmdir *vmdir, const char *before, const char *text, char **reterr_text)
{
	OWNED_MEMORY char *now = NULL;
	int r = conf_file_read(vmdir, VMDIR_CONF, &now, reterr_text);

	if (r < 0)
		return r;
	if (strcmp(now, before) != 0)
		return text_fail(reterr_text, -EBUSY,
			"'%s/" VMDIR_CONF "' was changed by another meanwhile, and stays so",
			vmdir->path);
	r = vmdir_replace_file(vmdir, VMDIR_CONF, text, strlen(text));
	return r < 0 ? text_fail(reterr_text, r, "cannot write '%s/" VMDIR_CONF "': %s",
			       vmdir->path, strerror(-r))
		     : 0;
}

int conf_file_replace(const struct vmdir *vmdir, const char *before, const char *text, bool held,
	char **reterr_text)
{
	OWNED_FD lock = held ? -1 : vmdir_lock(vmdir, true, reterr_text);

	return lock < 0 && !held ? lock : replace(vmdir, before, text, reterr_text);
}
