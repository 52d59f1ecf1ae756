/* SPDX-License-Identifier: MIT
 * What can be reached beside the file system: what the filters of system calls have in common. */
#include "launcher/sandbox/filter.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <sys/socket.h>

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

int sandbox_filter_refuse(scmp_filter_ctx filter, const struct sandbox_refusal *refusals, size_t n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = seccomp_rule_add(
			filter, SCMP_ACT_ERRNO(refusals[i].error), refusals[i].call, 0);
	return r;
}

/* A rule of libseccomp compares an argument once, so each family is refused for itself, and all
 * that follow together. The kernel takes 32 bits of what is compared here: with others beside them
 * it is refused as well. */
int sandbox_filter_refuse_sockets(scmp_filter_ctx filter, uint16_t error, unsigned int spared)
{
	const uint32_t refused = SCMP_ACT_ERRNO(error);
	unsigned int last = spared > AF_NETLINK ? spared : AF_NETLINK;
	int r = seccomp_rule_add(
		filter, refused, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GT, last, 0));

	if (r == 0)
		r = seccomp_rule_add(filter, refused, SCMP_SYS(socket), 2,
			SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0),
			SCMP_A2(SCMP_CMP_NE, NETLINK_ROUTE, 0));
	for (unsigned int family = 0; r == 0 && family < last; family++)
		if (family != AF_INET && family != AF_INET6 && family != AF_NETLINK &&
			(family == AF_UNSPEC || family != spared))
			r = seccomp_rule_add(filter, refused, SCMP_SYS(socket), 1,
				SCMP_A0(SCMP_CMP_EQ, family, 0));
	return r;
}
