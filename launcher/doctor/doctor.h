/* SPDX-License-Identifier: MIT
 * owrun doctor: all checks of this host, one after the other. */
#ifndef OWVM_LAUNCHER_DOCTOR_DOCTOR_H
#define OWVM_LAUNCHER_DOCTOR_DOCTOR_H

#include <jansson.h>

/* Probe this host and this login, and add what the judges find. */
void doctor_host(json_t *findings);

#endif
