/* SPDX-License-Identifier: MIT
 * Unpacking what comes in: the side of the parent. */
#include "launcher/download/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/bytes.h"
#include "launcher/download/private.h"

#define PIPE_SIZE (1024 * 1024)

/* What is unpacked, for the child. */
struct job {
	uint64_t max;
};

static int work(void *context, char **reterr_text)
{
	const struct job *job = context;

	return unpack_stream(WORKER_FD(0), WORKER_FD(1), job->max, reterr_text);
}

int unpack_start(int output, uint64_t max, struct unpack *ret_unpack)
{
	struct job job = {.max = max};
	struct worker worker = WORKER_NONE;
	int stream[2] = {-1, -1}, r = 0;

	if (pipe2(stream, O_CLOEXEC) < 0)
		return -errno;
	(void)fcntl(stream[1], F_SETPIPE_SZ, PIPE_SIZE);
	r = worker_start(work, &job, (int[]){stream[0], output}, 2, &worker);
	cleanup_close(&stream[0]);
	if (r < 0) {
		cleanup_close(&stream[1]);
		return r;
	}
	*ret_unpack = (struct unpack){.worker = worker, .input = stream[1]};
	return 0;
}

int unpack_give(struct unpack *unpack, const void *data, size_t size)
{
	return bytes_write(unpack->input, data, size);
}

int unpack_finish(struct unpack *unpack, char **reterr_text)
{
	cleanup_close(&unpack->input);
	return worker_finish(&unpack->worker, reterr_text) < 0 ? -EBADMSG : 0;
}

void unpack_stop(struct unpack *unpack)
{
	cleanup_close(&unpack->input);
	worker_stop(&unpack->worker);
}
