/* SPDX-License-Identifier: MIT
 * What all filters of system calls have in common. */
#ifndef OWVM_LAUNCHER_SANDBOX_FILTER_H
#define OWVM_LAUNCHER_SANDBOX_FILTER_H

#include <seccomp.h>
#include <stdint.h>

/* Make a filter that lets all system calls pass until there are rules; `foreign` is what becomes of
 * those of another architecture and of x32, whose numbers mean something else. Returns 0 or -errno;
 * -EOPNOTSUPP: owrun does not know this architecture. */
int sandbox_filter_new(uint32_t foreign, scmp_filter_ctx *ret_filter);
void sandbox_filter_release(scmp_filter_ctx *filter);

#define OWNED_FILTER __attribute__((cleanup(sandbox_filter_release))) scmp_filter_ctx

#endif
