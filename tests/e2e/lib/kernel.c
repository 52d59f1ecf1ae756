/* SPDX-License-Identifier: MIT
 * Preloaded into owvm-netd by tests: a kernel before Linux 6.16, which does not know SO_PASSRIGHTS.
 * Built with BLIND it does not tell of fds in messages that are only looked at, either: that is
 * owvm-netd without its defence against them. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SO_PASSRIGHTS_ 83

static int unknown(void)
{
	errno = ENOPROTOOPT;
	return -1;
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	if (level == SOL_SOCKET && name == SO_PASSRIGHTS_)
		return unknown();
	return (int)syscall(SYS_setsockopt, fd, level, name, value, size);
}

int getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	if (level == SOL_SOCKET && name == SO_PASSRIGHTS_)
		return unknown();
	return (int)syscall(SYS_getsockopt, fd, level, name, value, size);
}

#ifdef BLIND
ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	ssize_t length = syscall(SYS_recvmsg, fd, message, flags);

	if (length >= 0 && (flags & MSG_PEEK))
		message->msg_flags &= ~MSG_CTRUNC;
	return length;
}
#endif
