/* SPDX-License-Identifier: MIT
 * Clients that pass file descriptors, to have owvm-netd close them. */
#include "netd/front/passed-fds.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netd/kernel/kernel.h"

bool passed_fds_possible(int socket)
{
	int passes = 1;
	socklen_t size = sizeof(passes);

	return getsockopt(socket, SOL_SOCKET, KERNEL_SO_PASSRIGHTS, &passes, &size) < 0 ||
	       passes != 0;
}

/* Is control data thrown away with the message that is received next? */
static bool peek(int socket)
{
	char byte = 0;
	struct iovec iov = {.iov_base = &byte, .iov_len = sizeof(byte)};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	ssize_t length = 0;

	do
		length = recvmsg(socket, &message, MSG_PEEK | MSG_DONTWAIT);
	while (length < 0 && errno == EINTR);
	return length >= 0 && (message.msg_flags & MSG_CTRUNC);
}

bool passed_fds_come_next(int socket)
{
	return peek(socket);
}

bool passed_fds_left(int socket)
{
	const int on = 1;

	/* Now every message has control data, the sender's credentials, also an empty one, which
	 * else looks like the end of the connection. */
	return setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
	       shutdown(socket, SHUT_RD) < 0 || peek(socket);
}

void passed_fds_park(struct passed_fds_bin *bin, int socket)
{
	assert(bin->n_parked < PASSED_FDS_PARKED);
	bin->parked[bin->n_parked++] = socket;
}

bool passed_fds_full(const struct passed_fds_bin *bin)
{
	return bin->n_parked == PASSED_FDS_PARKED;
}

/* The lowest fd not below `from` that is parked, or `keep`; INT_MAX: there is none. */
static int next_kept(const struct passed_fds_bin *bin, int keep, int from)
{
	int next = keep >= from ? keep : INT_MAX;

	for (size_t i = 0; i < bin->n_parked; i++)
		if (bin->parked[i] >= from && bin->parked[i] < next)
			next = bin->parked[i];
	return next;
}

/* The child holds nothing but what it is for: neither a client's connection nor the orders must
 * stay open for its sake. */
static void close_others(const struct passed_fds_bin *bin, int keep)
{
	int from = STDERR_FILENO + 1, next = 0;

	while ((next = next_kept(bin, keep, from)) < INT_MAX) {
		if (next > from)
			close_range((unsigned int)from, (unsigned int)next - 1, 0);
		from = next + 1;
	}
	close_range((unsigned int)from, ~0U, 0);
}

/* Wait until the parent has closed its copies: then the last ones go with this process. */
__attribute__((noreturn)) static void be_disposed_of(const struct passed_fds_bin *bin, int parent)
{
	struct pollfd closed = {.fd = parent, .events = POLLIN};

	close_others(bin, parent);
	while (poll(&closed, 1, -1) < 0 && errno == EINTR)
		;
	_exit(EXIT_SUCCESS);
}

static void collect_children(struct passed_fds_bin *bin)
{
	for (size_t i = 0; i < PASSED_FDS_CHILDREN; i++) {
		if (bin->children[i] == 0 || waitpid(bin->children[i], NULL, WNOHANG) == 0)
			continue;
		bin->children[i] = 0;
		bin->n_children--;
	}
}

static void note_child(struct passed_fds_bin *bin, pid_t child)
{
	size_t i = 0;

	while (bin->children[i] != 0)
		i++;
	bin->children[i] = child;
	bin->n_children++;
}

static void dispose(struct passed_fds_bin *bin)
{
	int ends[2] = {-1, -1};
	pid_t child = -1;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	child = fork();
	if (child == 0)
		be_disposed_of(bin, ends[0]);
	if (child > 0) {
		note_child(bin, child);
		for (size_t i = 0; i < bin->n_parked; i++)
			close(bin->parked[i]);
		bin->n_parked = 0;
	}
	close(ends[0]);
	close(ends[1]);
}

int passed_fds_empty(struct passed_fds_bin *bin)
{
	if (bin->n_children > 0)
		collect_children(bin);
	if (bin->n_parked > 0 && bin->n_children < PASSED_FDS_CHILDREN)
		dispose(bin);
	return bin->n_parked > 0 || bin->n_children > 0 ? PASSED_FDS_PAUSE : -1;
}
