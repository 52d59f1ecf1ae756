/* SPDX-License-Identifier: MIT
 * One message with file descriptors over a Unix socket (unix(7), SCM_RIGHTS). */
#include "common/fdpass.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr align;
	unsigned char bytes[CMSG_SPACE(sizeof(int) * FDPASS_MAX)];
};

int fdpass_send(int socket, const void *data, size_t size, const int *fds, size_t n)
{
	union control control = {0};
	struct iovec iov = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t sent = 0;

	assert(n <= FDPASS_MAX);
	if (n > 0) {
		struct cmsghdr *header = NULL;

		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(sizeof(int) * n);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int) * n);
		memcpy(CMSG_DATA(header), fds, sizeof(int) * n);
	}
	sent = TEMP_FAILURE_RETRY(sendmsg(socket, &message, MSG_NOSIGNAL));
	if (sent < 0)
		return -errno;
	return (size_t)sent == size ? 0 : -EMSGSIZE;
}

/* What one received message carried beside its bytes. */
struct arrived {
	int fds[FDPASS_MAX];
	size_t n;
	bool foreign; /* control data that is not fds */
};

static void collect(struct msghdr *message, struct arrived *arrived)
{
	for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
		header = CMSG_NXTHDR(message, header)) {
		size_t bytes = header->cmsg_len - CMSG_LEN(0);

		if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
			arrived->foreign = true;
			continue;
		}
		/* The kernel never writes more than the control buffer holds. */
		assert(bytes / sizeof(int) <= FDPASS_MAX - arrived->n);
		memcpy(arrived->fds + arrived->n, CMSG_DATA(header), bytes);
		arrived->n += bytes / sizeof(int);
	}
}

int fdpass_receive(int socket, void *data, size_t size, int *ret_fds, size_t max, size_t *ret_n)
{
	union control control = {0};
	struct iovec iov = {.iov_base = data, .iov_len = size};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct arrived arrived = {0};
	ssize_t length = 0;
	int error = 0;

	assert(size <= INT_MAX);
	length = TEMP_FAILURE_RETRY(recvmsg(socket, &message, MSG_CMSG_CLOEXEC));
	if (length < 0)
		return -errno;
	collect(&message, &arrived);
	if ((message.msg_flags & MSG_CTRUNC) || arrived.foreign || arrived.n > max)
		error = -EPROTO;
	else if (message.msg_flags & MSG_TRUNC)
		error = -EMSGSIZE;
	for (size_t i = 0; error < 0 && i < arrived.n; i++)
		close(arrived.fds[i]);
	if (error < 0)
		return error;
	if (arrived.n > 0)
		memcpy(ret_fds, arrived.fds, sizeof(int) * arrived.n);
	*ret_n = arrived.n;
	return (int)length;
}
