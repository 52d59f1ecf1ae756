/* SPDX-License-Identifier: MIT
 * The standard fds, which whoever starts a program may have closed. */
#include "launcher/base/standard-fds.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int standard_fds_open(void)
{
	static const int modes[] = {O_RDONLY, O_RDONLY, O_WRONLY};

	/* The lowest number that is free is the one that is looked at. */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			return -errno;
	return 0;
}
