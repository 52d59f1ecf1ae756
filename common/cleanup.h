/* SPDX-License-Identifier: MIT
 * Scope-bound ownership of file descriptors and memory. */
#ifndef OWVM_COMMON_CLEANUP_H
#define OWVM_COMMON_CLEANUP_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Close an fd unless it is negative; errno is kept. */
static inline void cleanup_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

static inline void cleanup_free(void *pointer)
{
	int saved = errno;

	free(*(void **)pointer);
	errno = saved;
}

/* Take the fd out of an owned variable, which no longer closes it. */
static inline int cleanup_steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

#define OWNED_FD __attribute__((cleanup(cleanup_close))) int
#define OWNED_MEMORY __attribute__((cleanup(cleanup_free)))

#endif
