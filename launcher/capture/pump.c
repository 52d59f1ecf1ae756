/* SPDX-License-Identifier: MIT
 * The process between QEMU, which must never wait, and who reads a capture, who may. */
#include "launcher/capture/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/capture/frames.h"

#define INPUT WORKER_FD(0)
#define OUTPUT WORKER_FD(1)
#define LEASH WORKER_FD(2)

/* What the child is told. */
struct task {
	bool headers;
	uint32_t max;
	struct pump_count *count;
};

/* What it is doing. */
struct state {
	struct frames frames;
	bool ended; /* nothing more comes */
};

static bool has_output(const struct state *state)
{
	return state->frames.queue_start < state->frames.queue_end;
}

/* select(2), as poll(2) refuses more fds than a worker may open. Returns 0 or -errno. */
static int wait_for_news(const struct state *state, fd_set *ret_reads, fd_set *ret_writes)
{
	FD_ZERO(ret_reads);
	FD_ZERO(ret_writes);
	FD_SET(LEASH, ret_reads);
	if (!state->ended)
		FD_SET(INPUT, ret_reads);
	if (has_output(state))
		FD_SET(OUTPUT, ret_writes);
	return select(LEASH + 1, ret_reads, ret_writes, NULL, NULL) < 0 ? -errno : 0;
}

static int take(struct state *state, struct pump_count *count, char **reterr_text)
{
	struct frames *frames = &state->frames;
	ssize_t length = read(
		INPUT, frames->input + frames->input_used, FRAMES_INPUT_SIZE - frames->input_used);
	int r = 0;

	if (length < 0)
		return errno == EINTR ? 0 : -errno;
	r = frames_take(frames, (size_t)length);
	if (r < 0)
		return text_fail(reterr_text, r, "QEMU writes no capture");
	*count = (struct pump_count){.taken = frames->taken, .dropped = frames->dropped};
	state->ended = length == 0 || frames_done(frames);
	return 0;
}

/* A pipe that can be written takes that much without a wait. */
static int give(struct state *state, char **reterr_text)
{
	struct frames *frames = &state->frames;
	size_t there = frames->queue_end - frames->queue_start;
	ssize_t length = write(
		OUTPUT, frames->queue + frames->queue_start, there < PIPE_BUF ? there : PIPE_BUF);

	if (length < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (length < 0)
		return text_fail(
			reterr_text, -errno, "cannot write the capture: %s", strerror(errno));
	frames_read(frames, (size_t)length);
	return 0;
}

static int pump(struct state *state, struct pump_count *count, char **reterr_text)
{
	while (!state->ended || has_output(state)) {
		fd_set reads, writes;
		int r = wait_for_news(state, &reads, &writes);

		if (r < 0 && r != -EINTR)
			return r;
		if (r < 0)
			continue;
		if (FD_ISSET(LEASH, &reads))
			return 0;
		if (FD_ISSET(INPUT, &reads))
			r = take(state, count, reterr_text);
		if (r == 0 && FD_ISSET(OUTPUT, &writes))
			r = give(state, reterr_text);
		if (r < 0)
			return r;
	}
	return 0;
}

static int work(void *context, char **reterr_text)
{
	struct task *task = context;
	struct state state = {0};
	int r = 0;

	frames_init(&state.frames, task->headers, task->max);
	r = pump(&state, task->count, reterr_text);
	frames_free(&state.frames);
	return r;
}

/* Start the child with its three fds. */
static int start_worker(
	int input, int output, struct task *task, struct pump *pump, char **reterr_text)
{
	OWNED_FD far = -1;
	int leash[2] = {-1, -1}, r = 0;

	if (pipe2(leash, O_CLOEXEC) < 0)
		return text_fail(reterr_text, -errno, "cannot make a pipe: %s", strerror(errno));
	far = leash[0];
	pump->leash = leash[1];
	r = worker_start(work, task, (const int[]){input, output, far}, 3, &pump->worker);
	if (r < 0)
		return text_fail(reterr_text, r, "cannot start a process: %s", strerror(-r));
	/* No key of owrun's terminal stops it. */
	(void)!setpgid(pump->worker.pid, pump->worker.pid);
	return 0;
}

int pump_start(int output, bool headers, uint32_t max, struct pump *ret_pump, int *ret_input,
	char **reterr_text)
{
	struct pump pump = PUMP_NONE;
	OWNED_FD input = -1;
	int ends[2] = {-1, -1}, r = 0;

	pump.count = mmap(NULL, sizeof(*pump.count), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pump.count == MAP_FAILED)
		abort();
	*ret_pump = pump;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return text_fail(reterr_text, -errno, "cannot make a pipe: %s", strerror(errno));
	input = ends[0];
	*ret_input = ends[1];
	/* More room is better, and there may be a limit. */
	(void)!fcntl(input, F_SETPIPE_SZ, FRAMES_INPUT_SIZE);
	r = start_worker(input, output,
		&(struct task){.headers = headers, .max = max, .count = pump.count}, &pump,
		reterr_text);
	*ret_pump = pump;
	return r;
}

int pump_end(const struct pump *pump)
{
	return pump->worker.said;
}

int pump_finish(struct pump *pump, int timeout_ms, struct pump_count *ret_count, char **reterr_text)
{
	struct pollfd end = {.fd = pump->worker.said, .events = POLLIN};
	int r = 0;

	if (poll(&end, 1, timeout_ms) > 0)
		r = worker_finish(&pump->worker, reterr_text);
	*ret_count = *pump->count;
	pump_stop(pump);
	return r;
}

void pump_stop(struct pump *pump)
{
	worker_stop(&pump->worker);
	cleanup_close(&pump->leash);
	if (pump->count != NULL)
		munmap(pump->count, sizeof(*pump->count));
	pump->count = NULL;
}
