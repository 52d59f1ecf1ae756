/* SPDX-License-Identifier: MIT
 * A user network of passt(1): the process beside QEMU that carries a NIC's frames. */
#include "launcher/passt/passt.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/deadline.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/socket-pair.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/host/forward-connect.h"
#include "launcher/host/host.h"
#include "launcher/runtime/file.h"
#include "launcher/sandbox/sandbox.h"

#define START_TIMEOUT 20000 /* ms: a loaded host */
#define END_TIMEOUT 5000    /* ms */

char *passt_find(const char *path, char **reterr_text)
{
	char *program = NULL;

	if (geteuid() == 0) {
		text_fail(reterr_text, -EPERM,
			"root has no passt: it becomes nobody, who cannot write in the VM's directory; '--wan user' has no need to");
		return NULL;
	}
	program = host_find_program("", path, "passt");
	if (program == NULL)
		text_fail(reterr_text, -ENOENT,
			"'passt' is not on your PATH; on Debian it is in the package 'passt', and '--wan user' needs none");
	return program;
}

/* Its background has a session of its own anyway: this is for the time before. */
static int confine(void *context)
{
	const struct passt_setup *setup = context;

	if (setsid() < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return setup->free ? 0 : sandbox_enter_calls();
}

/* The pid that it noted. Returns 0, or -errno with a sentence. */
static int read_pid(
	const char *id, const struct runtime *runtime, pid_t *ret_pid, char **reterr_text)
{
	OWNED_MEMORY char *file = text_format(RUNTIME_PASST_PID, id);
	OWNED_FD fd = runtime_file_open(runtime->directory_fd, file, RUNTIME_FILE_MAX);
	char text[16] = "";
	uint32_t pid = 0;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0 ||
		!number_parse(text, strcspn(text, "\n"), INT32_MAX, &pid) || pid == 0)
		return text_fail(reterr_text, -EIO, "'%s/%s' does not tell which process passt is",
			runtime->directory, file);
	*ret_pid = (pid_t)pid;
	return 0;
}

static int run(const struct passt_setup *setup, int theirs, char **reterr_text)
{
	struct passt_setup own = *setup;
	struct plan plan = {0};
	char **argv = NULL;
	int r = 0;

	own.plan.fd = INHERITED_FDS_FIRST;
	plan_make_passt(&own.plan, &plan);
	argv = plan_argv(&plan);
	r = tool_run_prepared(argv,
		&(struct tool_child){
			.prepare = confine, .context = &own, .fds = &theirs, .n_fds = 1},
		setup->signals, START_TIMEOUT, reterr_text);
	free(argv);
	plan_free(&plan);
	return r;
}

/* One by TCP: passt throws frames away that have no room, and a Unix socket has but that of
 * net.core.wmem_max, for 70 Mbit/s. Frames are not to wait for those that follow. */
static int make_pair(int *ret_ours, int *ret_theirs)
{
	int r = socket_pair_make(ret_ours, ret_theirs);

	if (r == 0 && setsockopt(*ret_theirs, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)) < 0)
		r = -errno;
	return r;
}

int passt_start(const struct passt_setup *setup, int *ret_socket,
	struct runtime_holder *ret_process, char **reterr_text)
{
	OWNED_FD ours = -1, theirs = -1;
	pid_t pid = 0;
	int r = make_pair(&ours, &theirs);

	if (r < 0)
		return text_fail(
			reterr_text, r, "cannot make a socket for passt: %s", strerror(-r));
	r = run(setup, theirs, reterr_text);
	if (r == 0)
		r = read_pid(setup->plan.id, setup->runtime, &pid, reterr_text);
	if (r < 0)
		return r;
	runtime_holder_of(pid, NULL, ret_process);
	*ret_socket = cleanup_steal_fd(&ours);
	return 0;
}

void passt_await_end(const struct runtime_holder *process)
{
	OWNED_FD pidfd = process->pid == 0 ? -1 : pidfd_open(process->pid, 0);
	struct pollfd wait = {.fd = pidfd, .events = POLLIN};

	/* The pid may be another's by now. */
	if (pidfd < 0 || !process_is_there(process->pid, process->start))
		return;
	while (poll(&wait, 1, END_TIMEOUT) < 0 && errno == EINTR)
		;
}

/* What comes by the socket: more than 0, 0 at its end, -errno; -ETIMEDOUT when nothing does. */
static ssize_t look(int fd, int timeout_ms)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	char byte = 0;
	ssize_t length = -1;

	if (poll(&wait, 1, timeout_ms) <= 0)
		return -ETIMEDOUT;
	length = recv(fd, &byte, 1, MSG_PEEK);
	return length < 0 ? -errno : length;
}

bool passt_is_open(const struct forward *forward, int timeout_ms)
{
	int64_t deadline = deadline_in(timeout_ms);
	OWNED_FD fd = forward_connect(forward, NULL, deadline);
	ssize_t length = fd < 0 ? fd : look(fd, timeout_ms / 2);

	/* Neither a word nor the end: it waits for the client, or nobody is there. */
	if (length == -ETIMEDOUT && shutdown(fd, SHUT_WR) == 0)
		return look(fd, deadline_left(deadline)) >= 0;
	return length > 0;
}
