/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: QEMU itself, and whether the guest lives. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/console/log.h"
#include "launcher/home/ended.h"
#include "launcher/home/remember.h"
#include "launcher/qemu/watchdog.h"
#include "launcher/runtime/file.h"
#include "launcher/start/private.h"

/* Why it ended, as far as anybody knows: a phrase, which the caller frees. */
static char *say_how(int log, int status)
{
	if (!log_is_empty(log))
		return text_format("its last lines are above");
	if (status == ENDED_UNKNOWN)
		return text_format("it said nothing");
	if (status < 0)
		return text_format("it said nothing, and was killed by signal %d (%s)", -status,
			strsignal(-status));
	return text_format("it said nothing, and its exit status was %d", status);
}

static int say_qemu_failure(struct start *start, int error, int status, char **reterr_text)
{
	const char *way_out = NULL;
	OWNED_FD log =
		runtime_file_open(start->runtime.directory_fd, RUNTIME_QEMU_LOG, RUNTIME_LOG_MAX);

	OWNED_MEMORY char *how = NULL;

	switch (error) {
	case -EINTR:
		return text_fail(reterr_text, error, "interrupted");
	case -ETIMEDOUT:
		log_print_tail(log, stderr);
		return text_fail(reterr_text, error, "QEMU does not answer; it was ended");
	default:
		way_out = start_way_out(start, log, status);
		how = say_how(log, status);
		log_print_tail(log, stderr);
		return text_fail(reterr_text, error, "QEMU ended at once; %s%s%s%s", how,
			way_out == NULL ? "" : " (", way_out == NULL ? "" : way_out,
			way_out == NULL ? "" : ")");
	}
}

/* Returns n, behind which the next ones go. */
static size_t copy_fds(int *ret_fds, const int *fds, size_t n)
{
	memcpy(ret_fds, fds, n * sizeof(*fds));
	return n;
}

static int spawn(struct start *start, const struct plan *plan, const struct sandbox *sandbox,
	char **reterr_text)
{
	OWNED_ENDPOINTS endpoints = {0};
	OWNED_MEMORY char **argv = NULL;
	int fds[SPAWN_FDS_MAX] = {0};
	size_t n = 0;
	int r = endpoints_open(plan, &start->runtime, &endpoints, reterr_text);

	if (r < 0)
		return r;
	for (size_t i = 0; i < start->vm->n_nics; i++)
		n += copy_fds(
			fds + n, start->fds[i].fds, start->fds[i].taps + start->fds[i].vhosts);
	argv = plan_argv(plan);
	r = spawn_qemu(
		&(struct spawn_setup){
			.argv = argv,
			.runtime = &start->runtime,
			.fds = fds,
			.n_fds = n,
			.endpoints = &endpoints,
			.sandbox = sandbox,
		},
		&start->spawn);
	if (r < 0)
		return text_fail(
			reterr_text, r, "cannot start a process for QEMU: %s", strerror(-r));
	return 0;
}

static int start_once(struct start *start, char **reterr_text)
{
	struct plan plan = {0};
	int r = start_passts(start, reterr_text), status = 0;

	if (r < 0)
		return r;
	/* Without the sandbox QEMU makes its sockets itself, as it would by the command of
	 * --dry-run. */
	start->facts.socket_fd = start->vm->no_sandbox ? 0 : SPAWN_TAP_FD + (int)start->n_fds;
	plan_make(start->vm, &start->facts, &plan);
	r = spawn(start, &plan, start->vm->no_sandbox ? NULL : &start->sandbox, reterr_text);
	plan_free(&plan);
	if (r < 0)
		return r;
	r = spawn_wait_ready(&start->spawn, &start->runtime, start->signals);
	if (r == 0)
		return 0;
	if (r == -ECHILD)
		status = spawn_reap(&start->spawn);
	else
		spawn_kill(&start->spawn);
	return say_qemu_failure(start, r, status, reterr_text);
}

/* Under KVM: does the guest live? Returns 0, also when nobody can tell; -ETIMEDOUT when it does not
 * and QEMU is still there; or another -errno with a sentence. */
static int watch(struct start *start, char **reterr_text)
{
	int limit = (int)start->vm->kvm_timeout * 1000, r = 0;

	if (limit == 0 || !watchdog_can_see(start->vm))
		return 0;
	r = watchdog_wait(&start->spawn, &start->runtime, start->signals, limit);
	if (r == 0)
		remember_kvm_works(start->memory);
	if (r == 0 || r == -ETIMEDOUT)
		return r;
	spawn_kill(&start->spawn);
	return say_qemu_failure(start, r, 0, reterr_text);
}

/* KVM failed, for a reason that is a phrase, and QEMU is gone. */
static int fall_back(struct start *start, const char *reason, char **reterr_text)
{
	int r = 0;

	if (vm_cpu_is_host(start->vm))
		return text_fail(reterr_text, -ENODEV,
			"under KVM %s, and '--cpu %s' needs KVM; '--cpu max' would let the VM run under TCG",
			reason, start->vm->cpu);
	text_say("under KVM %s; it is started again under TCG", reason);
	start->facts.accel = ACCEL_TCG;
	free(start->accel_reason);
	start->accel_reason = text_format("under KVM %s", reason);
	r = start_once(start, reterr_text);
	/* What fails under TCG too was not KVM's fault. */
	if (r == 0)
		remember_kvm_failed(start->memory, reason, time(NULL));
	return r;
}

int start_qemu(struct start *start, char **reterr_text)
{
	bool automatic = start->vm->accel == ACCEL_AUTO;
	OWNED_MEMORY char *reason = NULL;
	int r = start_once(start, reterr_text);

	if (start->facts.accel != ACCEL_KVM || (r < 0 && r != -ECHILD))
		return r;
	if (r == 0)
		r = watch(start, reterr_text);
	if (r == -ECHILD && automatic)
		return fall_back(start, "QEMU ended at once", reterr_text);
	if (r != -ETIMEDOUT)
		return r;
	reason = text_format("it showed no sign of life within %u s", start->vm->kvm_timeout);
	if (automatic) {
		spawn_kill(&start->spawn);
		return fall_back(start, reason, reterr_text);
	}
	text_say("under KVM %s; '--accel tcg' works everywhere, more slowly", reason);
	return 0;
}
