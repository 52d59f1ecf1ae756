/* SPDX-License-Identifier: MIT
 * Which system calls are boundaries. */
#include "tests/fault/calls.h"

#include <limits.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static bool peek(pid_t pid, uint64_t address, void *data, size_t size)
{
	struct iovec here = {.iov_base = data, .iov_len = size};
	struct iovec there = {.iov_base = (void *)(uintptr_t)address, .iov_len = size};

	return process_vm_readv(pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* Does this sendmsg() only ask the kernel something? Then nothing is as it was not before. */
static bool asks(pid_t pid, uint64_t address)
{
	struct msghdr message = {0};
	struct iovec part = {0};
	struct nlmsghdr header = {0};

	return peek(pid, address, &message, sizeof(message)) && message.msg_iovlen == 1 &&
	       peek(pid, (uintptr_t)message.msg_iov, &part, sizeof(part)) &&
	       peek(pid, (uintptr_t)part.iov_base, &header, sizeof(header)) &&
	       /* No other message begins with its own length. Those of nftables that change
		* something are several. */
	       header.nlmsg_len == part.iov_len &&
	       (header.nlmsg_type >= NFNL_SUBSYS_NFTABLES << 8 || (header.nlmsg_type & 3) == 2);
}

static bool opens_device(pid_t pid, uint64_t address)
{
	char path[12] = "";

	/* Behind a short path there may be no more memory: then this is none of them. */
	return peek(pid, address, path, sizeof(path)) &&
	       (memcmp(path, "/dev/net/tun", sizeof(path)) == 0 ||
		       memcmp(path, "/dev/vhost-net", sizeof(path)) == 0);
}

static bool closes_tap(pid_t pid, uint64_t fd)
{
	char link[64] = "", path[PATH_MAX] = "";

	snprintf(link, sizeof(link), "/proc/%d/fd/%d", (int)pid, (int)fd);
	return readlink(link, path, sizeof(path) - 1) > 0 && strstr(path, "/net/tun") != NULL;
}

const char *calls_name(pid_t pid, const CALLS_INFO *info)
{
	switch (info->entry.nr) {
	case SYS_sendmsg:
		return getenv("OWVM_FAULT") == NULL && asks(pid, info->entry.args[1]) ? NULL
										      : "sendmsg";
	case SYS_sendto:
		return "sendto";
	case SYS_ioctl:
		return "ioctl";
	case SYS_openat:
		return opens_device(pid, info->entry.args[1]) ? "openat" : NULL;
	case SYS_close:
		return closes_tap(pid, info->entry.args[0]) ? "close" : NULL;
	default:
		return NULL;
	}
}
