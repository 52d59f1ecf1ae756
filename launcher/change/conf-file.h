/* SPDX-License-Identifier: MIT
 * The vm.conf of a kept VM as a text: read, judged, replaced.
 *
 * Theory of operation: what takes the place of a vm.conf was read by the reader of vm.conf first,
 * so that a VM which could be started can be started afterwards. It takes the place at once, and
 * only of the text that was read before: what somebody else has written meanwhile is not lost. */
#ifndef OWVM_LAUNCHER_CHANGE_CONF_FILE_H
#define OWVM_LAUNCHER_CHANGE_CONF_FILE_H

#include "launcher/home/vmdir.h"
#include "launcher/options/settings.h"
#include "launcher/vm/vm.h"

/* Open the directory of a kept VM, by its name or a path. Returns 0, or -errno with a sentence:
 * -ENOENT when there is none with a vm.conf. */
int conf_file_open(const char *operand, bool trust, struct vmdir *ret_vmdir, char **reterr_text);

/* Say that there is something of that name already, where a VM was to have it. Returns -EEXIST. */
int conf_file_say_taken(const char *name, char **reterr_text);

/* Read a file of that directory, VMDIR_CONF or VMDIR_DRAFT, which is no vm.conf if there is a NUL
 * in it. The caller frees the text. Returns 0, or -errno with a sentence. */
int conf_file_read(
	const struct vmdir *vmdir, const char *name, char **ret_text, char **reterr_text);

/* Could a VM start with the text as the vm.conf of that directory, as far as its description goes?
 * `path` is what sentences call it. Returns 0, or -EINVAL or -EPERM with a sentence. */
int conf_file_judge(
	const struct vmdir *vmdir, const char *path, const char *text, char **reterr_text);

/* What a vm.conf could be: its settings, with paths that are absolute, and the VM that they make,
 * completed. Free them, also after an error. Returns 0, or -EINVAL with a sentence. */
int conf_file_load(const struct vmdir *vmdir, const char *path, const char *text,
	struct settings *ret_settings, struct vm *ret_vm, char **reterr_text);

/* A vm.conf that was read. */
struct conf_file {
	struct vmdir vmdir;
	char *path; /* for sentences */
	char *text;
	struct settings settings;
	struct vm vm;
};

#define CONF_FILE_NONE \
	{ \
		.vmdir = VMDIR_NONE \
	}

/* Open, read and load that of a kept VM, by its name or a path. Free it with conf_file_free(), also
 * after an error. Returns 0, or -errno with a sentence. */
int conf_file_take(const char *operand, bool trust, struct conf_file *ret_conf, char **reterr_text);
void conf_file_free(struct conf_file *conf);

#define OWNED_CONF_FILE __attribute__((cleanup(conf_file_free))) struct conf_file

/* Let the text take the place of `before`, which keeps its mode. Returns 0, or -errno with a
 * sentence: -EBUSY when vm.conf is another than that by now. With `held` the caller has the
 * directory locked. */
int conf_file_replace(const struct vmdir *vmdir, const char *before, const char *text, bool held,
	char **reterr_text);

#endif
