/* SPDX-License-Identifier: MIT
 * The vm.conf of a copy of a VM, made of that of the VM. Pure. */
#ifndef OWVM_LAUNCHER_CHANGE_CLONE_CONF_H
#define OWVM_LAUNCHER_CHANGE_CLONE_CONF_H

#include "launcher/change/lines.h"
#include "launcher/options/settings.h"
#include "launcher/vm/vm.h"

/* Has the copy a disk of its own for that one? */
bool clone_conf_copies(const struct vm_disk *disk);

/* The name of the copy of a disk that is elsewhere, by its number. The caller frees it. */
char *clone_conf_name(size_t i, enum vm_format format);

/* Its name in the copy's directory: the same where it is a file of the VM's own directory. The
 * caller frees it. */
char *clone_conf_disk(const struct vm *vm, size_t i, const char *directory);

/* Let the lines of the vm.conf in `source`, which say what the settings and the VM are, be those of
 * a copy in `target`: disks that are copied are its own, other paths lead to where they led, and
 * neither its name nor addresses of network cards are said. */
void clone_conf_change(struct lines *lines, const struct settings *settings, const struct vm *vm,
	const char *source, const char *target);

#endif
