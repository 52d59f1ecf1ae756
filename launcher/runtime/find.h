/* SPDX-License-Identifier: MIT
 * VMs that run, or have ended, in the places where they may be. */
#ifndef OWVM_LAUNCHER_RUNTIME_FIND_H
#define OWVM_LAUNCHER_RUNTIME_FIND_H

#include "launcher/runtime/runtime.h"

/* Find a living VM. Returns 0, -ESRCH, or -EACCES where one may be that is left out, both with a
 * sentence. */
int runtime_find(const struct runtime_places *places, const char *name, struct runtime *ret_runtime,
	char **reterr_text);

/* Find a living VM, or the directory that an ended one left. Returns as runtime_find() does. */
int runtime_find_any(const struct runtime_places *places, const char *name,
	struct runtime *ret_runtime, char **reterr_text);

typedef void runtime_visitor(
	const char *name, const struct runtime *runtime, bool alive, void *context);

/* Call visit for each VM, alive or ended, in the order of the names in each place. What is left out
 * is said. */
void runtime_each(const struct runtime_places *places, runtime_visitor *visit, void *context);

#endif
