/* SPDX-License-Identifier: MIT
 * Parts of making QEMU's command line that are files of their own. */
#ifndef OWVM_LAUNCHER_PLAN_PRIVATE_H
#define OWVM_LAUNCHER_PLAN_PRIVATE_H

#include "launcher/plan/plan.h"

/* Append an option; the format, unless it is NULL, makes its value. */
void plan_add(struct plan *plan, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Append the serial ports, the monitors, and what they lead to. */
void plan_add_chardevs(struct plan *plan, const struct vm *vm, const struct plan_facts *facts);

#endif
