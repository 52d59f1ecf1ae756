/* SPDX-License-Identifier: MIT
 * The policy that the tool asks: the installed one, read as netd reads it, or files to be tried. */
#ifndef OWVM_POLICY_TOOL_LOAD_H
#define OWVM_POLICY_TOOL_LOAD_H

#include <stdbool.h>
#include <stddef.h>

struct policy;

/* Free what these return with policy_free(). */
struct policy *tool_load_installed(void);

/* Take files for a policy, whoever owns them and may write them: netd has no way to ask for this.
 * With subuid, the subordinate uids of this machine count as well. Returns NULL after a sentence on
 * stderr where a path cannot stand in messages. */
struct policy *tool_load_files(const char *const *paths, size_t n, bool subuid);

#endif
