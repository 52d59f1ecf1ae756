/* SPDX-License-Identifier: MIT
 * What QEMU can reach beside the file system: what the filters of system calls have in common. */
#include "launcher/sandbox/filter.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

/* The machines whose calls were looked at. */
static bool is_known(uint32_t arch)
{
	return arch == SCMP_ARCH_X86_64 || arch == SCMP_ARCH_AARCH64 || arch == SCMP_ARCH_RISCV64;
}

int sandbox_filter_new(uint32_t foreign, scmp_filter_ctx *ret_filter)
{
	OWNED_FILTER filter = NULL;
	int r = 0;

	if (!is_known(seccomp_arch_native()))
		return -EOPNOTSUPP;
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL)
		return -ENOMEM;
	r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, foreign);
	/* What the kernel says when it refuses a filter, and not ECANCELED for all of it. */
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);
	/* A tree instead of a list. */
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r < 0)
		return r;
	*ret_filter = filter;
	filter = NULL;
	return 0;
}

void sandbox_filter_release(scmp_filter_ctx *filter)
{
	if (*filter != NULL)
		seccomp_release(*filter);
}
