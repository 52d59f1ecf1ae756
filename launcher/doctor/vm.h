/* SPDX-License-Identifier: MIT
 * owrun doctor --vm: a running VM, tested from outside. */
#ifndef OWVM_LAUNCHER_DOCTOR_VM_H
#define OWVM_LAUNCHER_DOCTOR_VM_H

#include <jansson.h>

/* Test a VM, which is named or meant by its directory, from outside: findings about it. */
void doctor_vm(const char *operand, json_t *findings);

#endif
