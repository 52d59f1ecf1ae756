/* SPDX-License-Identifier: MIT
 * Pseudoterminals for a QEMU in the sandbox: each of its own, and no other terminal of the user. */
#include "launcher/sandbox/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/deadline.h"
#include "launcher/sandbox/private.h"

#define SERVE_TIMEOUT 30000 /* ms: QEMU makes its ports before all else */

/* Returns the fd on which the calls are told, or -errno. The kernel takes 32 bits for the number of
 * an ioctl. Other libraries than glibc open /dev/pts/N. */
static int install(void)
{
#ifdef __GLIBC__
	OWNED_FILTER filter = NULL;
	int r = sandbox_filter_new(SCMP_ACT_ALLOW, &filter);

	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, TIOCGPTPEER));
	/* libseccomp turns EBUSY into EFAULT. */
	if (r == 0 && seccomp_load(filter) < 0)
		r = -errno;
	return r < 0 ? r : seccomp_notify_fd(filter);
#else
	return -EOPNOTSUPP;
#endif
}

int sandbox_pty_offer(int socket)
{
	OWNED_FD listener = install();

	return listener < 0 ? listener : fdpass_send(socket, "", 1, &listener, 1);
}

/* The other end of the pair whose fd in the process is given, or -errno. */
static int open_peer(int pidfd, uint64_t fd, uint64_t flags)
{
	OWNED_FD master = pidfd_getfd(pidfd, (int)fd, 0);
	int peer = -1;

	if (master < 0)
		return -errno;
	/* It must not become the terminal of owrun. */
	peer = ioctl(master, TIOCGPTPEER, ((int)flags & O_ACCMODE) | O_NOCTTY | O_CLOEXEC);
	return peer < 0 ? -errno : peer;
}

/* Put the fd into the process that asked. Returns its number there, or -errno. */
static int give(int listener, uint64_t id, int fd)
{
	struct seccomp_notif_addfd addfd = {.id = id, .srcfd = (uint32_t)fd};
	int given = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd);

	return given < 0 ? -errno : given;
}

static void serve_one(int listener, int pidfd)
{
	struct seccomp_notif *asked = NULL;
	struct seccomp_notif_resp *answer = NULL;
	OWNED_FD peer = -1;
	int r = 0;

	if (seccomp_notify_alloc(&asked, &answer) < 0)
		return;
	if (seccomp_notify_receive(listener, asked) == 0) {
		peer = open_peer(pidfd, asked->data.args[0], asked->data.args[2]);
		r = peer < 0 ? peer : give(listener, asked->id, peer);
		answer->id = asked->id;
		answer->val = r < 0 ? 0 : r;
		answer->error = r < 0 ? r : 0;
		seccomp_notify_respond(listener, answer);
	}
	seccomp_notify_free(asked, answer);
}

/* Is something to be read before the process ends and the time is over? */
static int wait_for(int fd, int pidfd, int64_t deadline)
{
	struct pollfd waits[] = {{.fd = fd, .events = POLLIN}, {.fd = pidfd, .events = POLLIN}};

	while (poll(waits, 2, deadline_left(deadline)) < 0)
		if (errno != EINTR)
			return 0;
	return waits[1].revents == 0 && waits[0].revents != 0;
}

int sandbox_pty_serve(int socket, int pidfd, size_t n)
{
	int64_t deadline = deadline_in(SERVE_TIMEOUT);
	OWNED_FD listener = -1;
	size_t n_fds = 0;
	char byte = 0;

	if (!wait_for(socket, pidfd, deadline))
		return 0;
	if (fdpass_receive(socket, &byte, 1, &listener, 1, &n_fds) <= 0 || n_fds == 0)
		return -ENODATA;
	for (size_t i = 0; i < n && wait_for(listener, pidfd, deadline); i++)
		serve_one(listener, pidfd);
	return 0;
}
