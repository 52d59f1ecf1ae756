/* SPDX-License-Identifier: MIT
 * The fds that a child keeps when it becomes another program. */
#include "launcher/base/inherited-fds.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int inherited_fds_keep(const int *fds, size_t n)
{
	int high[INHERITED_FDS_MAX];

	assert(n <= INHERITED_FDS_MAX);
	/* First out of the way of the numbers that they shall have. */
	for (size_t i = 0; i < n; i++) {
		high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, INHERITED_FDS_FIRST + (int)n);
		if (high[i] < 0)
			return -errno;
	}
	for (size_t i = 0; i < n; i++)
		if (dup2(high[i], INHERITED_FDS_FIRST + (int)i) < 0)
			return -errno;
	if (close_range(INHERITED_FDS_FIRST + (unsigned int)n, ~0u, 0) < 0)
		return -errno;
	return 0;
}
