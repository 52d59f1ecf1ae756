/* SPDX-License-Identifier: MIT
 * owrun doctor --vm: the ports of a running VM. */
#ifndef OWVM_LAUNCHER_DOCTOR_VM_LAN_H
#define OWVM_LAUNCHER_DOCTOR_VM_LAN_H

#include <jansson.h>

/* Look at each port with which the VM of that state was started: findings about it. */
void doctor_vm_lan(const json_t *state, json_t *findings);

#endif
