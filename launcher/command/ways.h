/* SPDX-License-Identifier: MIT
 * What leads to well-known ports of a guest, as a person would use it. */
#ifndef OWVM_LAUNCHER_COMMAND_WAYS_H
#define OWVM_LAUNCHER_COMMAND_WAYS_H

#include <jansson.h>

#include "launcher/runtime/runtime.h"

/* Add to the status of a VM that runs, which has its forwards, state and reason: "ways", an array
 * of texts, "pages", whether each way to a page answered, and "obstacles", what stands in the way
 * where one was tried and does not lead there. */
void ways_add(json_t *status, const char *name, const struct runtime *runtime);

/* Print them, for people. */
void ways_print(const json_t *status);

#endif
