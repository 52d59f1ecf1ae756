/* SPDX-License-Identifier: MIT
 * One direction of a connection, by splice(2): bytes go from socket to socket through a pipe and
 * are never copied to this process. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/relay/private.h"

#define CHUNK 262144 /* bytes for a pipe, where the kernel lets the user have so many */
#define POOL_MAX 16  /* empty pipes that are kept */

struct relay_pipes {
	int kept[POOL_MAX][2];
	size_t n;
};

struct relay_pipes *relay_pipes_new(void)
{
	return calloc(1, sizeof(struct relay_pipes));
}

static void close_pipe(int pipe[2])
{
	cleanup_close(&pipe[0]);
	cleanup_close(&pipe[1]);
}

void relay_pipes_free(struct relay_pipes *pipes)
{
	while (pipes != NULL && pipes->n > 0)
		close_pipe(pipes->kept[--pipes->n]);
	free(pipes);
}

static int take(struct relay_pipes *pipes, struct relay_stream *stream)
{
	if (pipes->n > 0) {
		memcpy(stream->pipe, pipes->kept[--pipes->n], sizeof(stream->pipe));
		return 0;
	}
	if (pipe2(stream->pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return -errno;
	/* Past the user's limit it stays as small as it is. */
	(void)fcntl(stream->pipe[1], F_SETPIPE_SZ, CHUNK);
	return 0;
}

static void give_back(struct relay_pipes *pipes, struct relay_stream *stream)
{
	if (pipes->n < POOL_MAX) {
		memcpy(pipes->kept[pipes->n++], stream->pipe, sizeof(stream->pipe));
		stream->pipe[0] = stream->pipe[1] = -1;
	}
	close_pipe(stream->pipe);
}

/* A pipe that cannot take more says EAGAIN as a socket does that has nothing: which of them it was
 * need not be known, as either has an event to come. */
static int fill(struct relay_pipes *pipes, struct relay_stream *stream, int from)
{
	int r = stream->pipe[0] >= 0 ? 0 : take(pipes, stream);
	ssize_t n = 0;

	if (r < 0)
		return r;
	n = splice(from, NULL, stream->pipe[1], NULL, CHUNK, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	stream->ended = n == 0;
	stream->held += (size_t)n;
	return 1;
}

static int drain(struct relay_stream *stream, int to)
{
	ssize_t n = splice(
		stream->pipe[0], NULL, to, NULL, stream->held, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	stream->held -= (size_t)n;
	return n > 0;
}

int relay_stream_move(struct relay_pipes *pipes, struct relay_stream *stream, int from, int to)
{
	int filled = stream->ended ? 0 : fill(pipes, stream, from), drained = 0;

	if (filled >= 0 && stream->held > 0)
		drained = drain(stream, to);
	if (filled < 0 || drained < 0)
		return filled < 0 ? filled : drained;
	if (stream->held == 0 && stream->pipe[0] >= 0)
		give_back(pipes, stream);
	if (stream->ended && stream->held == 0 && !stream->told) {
		stream->told = true;
		if (shutdown(to, SHUT_WR) < 0)
			return -errno;
	}
	return filled || drained;
}

void relay_stream_close(struct relay_pipes *pipes, struct relay_stream *stream)
{
	/* One with bytes in it is of no use to others. */
	if (stream->pipe[0] >= 0 && stream->held == 0)
		give_back(pipes, stream);
	close_pipe(stream->pipe);
}
