/* SPDX-License-Identifier: MIT
 * Starting QEMU: its fds, its session, its log; waiting until it lives. */
#include "launcher/qemu/spawn.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/qemu/keeper.h"
#include "launcher/qemu/qmp.h"
#include "launcher/runtime/file.h"
#include "launcher/sandbox/pty.h"

#define READY_TIMEOUT 60000 /* ms: a loaded host, a large snapshot */
#define QMP_TIMEOUT 2000    /* ms */
#define RETRY_PAUSE 10	    /* ms */

static int redirect(const struct runtime *runtime)
{
	OWNED_FD null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	OWNED_FD output =
		runtime_file_make(runtime->directory_fd, RUNTIME_QEMU_LOG, O_WRONLY | O_APPEND);

	if (null < 0 || output < 0 || dup2(null, STDIN_FILENO) < 0 ||
		dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
		return -errno;
	return 0;
}

/* QEMU's temporary files go where it can reach them. */
static int enter_sandbox(const struct sandbox *sandbox, int socket)
{
	if (sandbox == NULL)
		return 0;
	if (sandbox->temporary != NULL && setenv("TMPDIR", sandbox->temporary, 1) < 0)
		return -errno;
	return sandbox_enter(sandbox, socket);
}

/* Note in the VM's directory that this process holds it. */
static int note(const struct spawn_setup *setup)
{
	struct runtime_holder holder = {0};
	int r = 0;

	runtime_holder_of(getpid(), setup->argv[0], &holder);
	r = runtime_note(setup->runtime->directory_fd, RUNTIME_LOCK, &holder);
	if (r == 0 && setup->sandbox != NULL)
		r = runtime_write_pidfile(setup->runtime->directory_fd, getpid());
	return r;
}

/* Keep the lock, QEMU's fds and, last, the socket of sandbox_enter(), which exec() closes. */
static int keep_fds(const struct spawn_setup *setup, int socket, int *ret_socket)
{
	const struct endpoints *endpoints = setup->endpoints;
	int kept[2 + SPAWN_FDS_MAX] = {setup->runtime->lock};
	size_t n = 1;
	int r = 0;

	for (size_t i = 0; i < setup->n_fds; i++)
		kept[n++] = setup->fds[i];
	for (size_t i = 0; endpoints != NULL && i < endpoints->n; i++)
		kept[n++] = endpoints->fds[i];
	*ret_socket = INHERITED_FDS_FIRST + (int)n;
	if (socket >= 0)
		kept[n++] = socket;
	r = inherited_fds_keep(kept, n);
	if (r == 0 && socket >= 0 && fcntl(*ret_socket, F_SETFD, FD_CLOEXEC) < 0)
		r = -errno;
	return r;
}

/* All that has to be done between fork() and exec(). Returns 0 or -errno. */
static int set_up(const struct spawn_setup *setup, int socket)
{
	int moved = -1, r = 0;

	if (setsid() < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	r = note(setup);
	if (r == 0 && setup->endpoints != NULL)
		r = endpoints_listen(setup->endpoints);
	if (r == 0)
		r = keep_fds(setup, socket, &moved);
	return r < 0 ? r : enter_sandbox(setup->sandbox, moved);
}

/* What fails here is told in the VM's log, which owrun shows. */
__attribute__((noreturn)) static void child(const struct spawn_setup *setup, int socket)
{
	int r = 0;

	if (redirect(setup->runtime) < 0)
		_exit(127);
	r = set_up(setup, socket);
	if (r < 0) {
		fprintf(stderr, "cannot set up the process: %s\n", strerror(-r));
		_exit(127);
	}
	signals_reset();
	execv(setup->argv[0], setup->argv);
	fprintf(stderr, "cannot execute '%s': %s\n", setup->argv[0], strerror(errno));
	_exit(127);
}

static int open_pair(int *ret_ours, int *ret_theirs)
{
	int pair[2] = {-1, -1};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	*ret_ours = pair[0];
	*ret_theirs = pair[1];
	return 0;
}

/* The process that stays with QEMU starts it. */
__attribute__((noreturn)) static void keep(
	const struct spawn_setup *setup, int pty_socket, int channel)
{
	int r = keeper_detach();
	pid_t pid = r < 0 ? r : fork();

	if (pid == 0)
		child(setup, pty_socket);
	keeper_attend(setup->runtime, r == 0 && pid < 0 ? -errno : pid, channel);
}

/* Returns QEMU's pid, or -errno, and then there is none. */
static pid_t start(const struct spawn_setup *setup, int pty_socket, struct spawn *ret_spawn)
{
	OWNED_FD ours = -1, theirs = -1;
	int r = open_pair(&ours, &theirs);

	if (r < 0)
		return r;
	ret_spawn->keeper = fork();
	if (ret_spawn->keeper < 0)
		return -errno;
	if (ret_spawn->keeper == 0)
		keep(setup, pty_socket, theirs);
	cleanup_close(&theirs);
	ret_spawn->pid = keeper_hear(ours, &ret_spawn->pidfd);
	if (ret_spawn->pid < 0)
		(void)!waitpid(ret_spawn->keeper, NULL, 0);
	ret_spawn->channel = cleanup_steal_fd(&ours);
	return ret_spawn->pid;
}

int spawn_qemu(const struct spawn_setup *setup, struct spawn *ret_spawn)
{
	const struct sandbox *sandbox = setup->sandbox;
	size_t n_endpoints = setup->endpoints == NULL ? 0 : setup->endpoints->n;
	bool ptys = sandbox != NULL && sandbox->n_ptys > 0;
	OWNED_FD ours = -1, theirs = -1;
	struct spawn spawn = SPAWN_NONE;
	int r = ptys ? open_pair(&ours, &theirs) : 0;
	pid_t pid = 0;

	assert(setup->n_fds + n_endpoints <= SPAWN_FDS_MAX);
	if (r < 0)
		return r;
	pid = start(setup, theirs, &spawn);
	cleanup_close(&theirs);
	if (pid < 0) {
		spawn_free(&spawn);
		return pid;
	}
	runtime_holder_of(pid, setup->argv[0], &setup->runtime->holder);
	*ret_spawn = spawn;
	if (ptys && sandbox_possible() &&
		sandbox_pty_serve(ours, ret_spawn->pidfd, sandbox->n_ptys) < 0)
		text_say(
			"a guest that takes over QEMU can use your other terminals, as a port leads to a pty, and no filter against that can be set up here; 'unix:PATH' leads to none");
	return 0;
}

int spawn_wait_ready(const struct spawn *spawn, const struct runtime *runtime, int signals)
{
	int64_t deadline = deadline_in(READY_TIMEOUT);
	struct pollfd waits[] = {
		{.fd = spawn->pidfd, .events = POLLIN}, {.fd = signals, .events = POLLIN}};

	while (deadline_left(deadline) > 0) {
		if (qmp_command(runtime, "query-status", QMP_TIMEOUT) == 0)
			return 0;
		if (poll(waits, 2, RETRY_PAUSE) <= 0)
			continue;
		return waits[0].revents != 0 ? -ECHILD : -EINTR;
	}
	return -ETIMEDOUT;
}

int spawn_reap(struct spawn *spawn)
{
	int status = keeper_await(spawn->channel);

	while (waitpid(spawn->keeper, NULL, 0) < 0 && errno == EINTR)
		;
	spawn_free(spawn);
	return status;
}

void spawn_kill(struct spawn *spawn)
{
	keeper_drop(spawn->channel);
	(void)!pidfd_send_signal(spawn->pidfd, SIGKILL, NULL, 0);
	spawn_reap(spawn);
}

void spawn_free(struct spawn *spawn)
{
	cleanup_close(&spawn->pidfd);
	cleanup_close(&spawn->channel);
	spawn->pid = 0;
}
