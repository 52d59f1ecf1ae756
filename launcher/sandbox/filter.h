/* SPDX-License-Identifier: MIT
 * What all filters of system calls have in common. */
#ifndef OWVM_LAUNCHER_SANDBOX_FILTER_H
#define OWVM_LAUNCHER_SANDBOX_FILTER_H

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>

/* Make a filter that lets all system calls pass until there are rules; `foreign` is what becomes of
 * those of another architecture and of x32, whose numbers mean something else. Returns 0 or -errno;
 * -EOPNOTSUPP: owrun does not know this architecture. */
int sandbox_filter_new(uint32_t foreign, scmp_filter_ctx *ret_filter);
void sandbox_filter_release(scmp_filter_ctx *filter);

/* A call, and the error that it returns in place of being made. One that this machine does not
 * have, such as chmod on aarch64, has a number below 0 here, and libseccomp leaves it out. */
struct sandbox_refusal {
	int call;
	uint16_t error;
};

/* Refuse these. Returns 0 or -errno. */
int sandbox_filter_refuse(scmp_filter_ctx filter, const struct sandbox_refusal *refusals, size_t n);

/* Refuse sockets with that error, but those of IPv4 and IPv6, those to the kernel about addresses,
 * for name services, and those of the family `spared` (AF_UNSPEC: none). Returns 0 or -errno. */
int sandbox_filter_refuse_sockets(scmp_filter_ctx filter, uint16_t error, unsigned int spared);

#define OWNED_FILTER __attribute__((cleanup(sandbox_filter_release))) scmp_filter_ctx

#endif
