/* SPDX-License-Identifier: MIT
 * VMs with disks in a scratch directory, and what is in their overlays. */
#ifndef OWVM_TESTS_UNIT_DISK_UNIT_OVERLAY_H
#define OWVM_TESTS_UNIT_DISK_UNIT_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/home/vmdir.h"
#include "launcher/vm/vm.h"

/* cmocka's set-up and tear-down: a scratch directory, see unit-scratch.h, with a disk a.img. */
int overlay_set_up(void **state);
int overlay_tear_down(void **state);

/* That directory, as a VM's. */
const struct vmdir *overlay_place(void);

/* A VM with the disk and, where there is a second one, that. Skips the test without qemu-img. */
void overlay_vm(void **state, const char *first, const char *second, struct vm *ret_vm);

/* Take a snapshot, which has to work. */
void overlay_taken(const struct vm *vm, const char *label);

/* The first bytes of an image: write one, and see whether it is there. */
bool overlay_has(const char *path, const char *byte);
void overlay_write(const char *path, const char *byte);

/* The file that the VM's disk i is now. Free it. */
char *overlay_current(size_t i, struct vm *vm);

/* Likewise of a VM with that one disk, whatever was applied before. */
char *overlay_current_of(void **state, const char *disk);

/* The labels of all snapshots, each with a space behind it. */
void overlay_check_labels(const char *expected);

#endif
