/* SPDX-License-Identifier: MIT
 * Requests per second, with several clients at once, each another user. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/benchmarks/bench.h"
#include "tests/benchmarks/client.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/ports.h"

#define UID 31001
#define CLIENTS 8
#define NETS_EACH 500
#define TAPS_EACH 40

struct clients {
	int go[2];   /* its end starts all of them */
	int done[2]; /* a byte of each that is through */
	int hold[2]; /* its end lets them end */
	pid_t pids[CLIENTS];
};

__attribute__((noreturn)) static void work(
	const struct clients *clients, const char *path, uid_t uid, bool taps)
{
	char byte = 0;

	close(clients->go[1]);
	close(clients->hold[1]);
	measure_become(uid);
	if (read(clients->go[0], &byte, 1) < 0)
		_exit(EXIT_FAILURE);
	for (unsigned int i = 0; i < (taps ? TAPS_EACH : NETS_EACH); i++) {
		struct wire_tap_reply tap = {0};
		int socket = client_connect(path);

		if (taps)
			client_tap(socket, CLIENT_BRIDGE, uid, (uint8_t)i, &tap);
		else
			client_nets(socket);
		close(socket);
	}
	if (write(clients->done[1], &byte, 1) != 1 || read(clients->hold[0], &byte, 1) < 0)
		_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

static void start(struct clients *clients, const char *path, bool taps)
{
	if (pipe(clients->go) < 0 || pipe(clients->done) < 0 || pipe(clients->hold) < 0)
		measure_fail("pipe");
	for (unsigned int i = 0; i < CLIENTS; i++) {
		clients->pids[i] = fork();
		if (clients->pids[i] < 0)
			measure_fail("fork");
		if (clients->pids[i] == 0)
			work(clients, path, UID + i, taps);
	}
	/* A client that failed must not leave this process waiting. */
	close(clients->done[1]);
	measure_sleep(50000000);
}

static void finish(const struct clients *clients)
{
	close(clients->hold[1]);
	for (unsigned int i = 0; i < CLIENTS; i++)
		waitpid(clients->pids[i], NULL, 0);
	close(clients->go[0]);
	close(clients->done[0]);
	close(clients->hold[0]);
}

static void take(const char *path, const char *what, bool taps)
{
	struct clients clients = {0};
	int64_t begin = 0;
	char byte = 0;

	start(&clients, path, taps);
	begin = measure_now();
	close(clients.go[1]);
	for (unsigned int i = 0; i < CLIENTS; i++)
		if (read(clients.done[0], &byte, 1) != 1)
			measure_fail("a client failed");
	printf("rate %s %u %lld\n", what, CLIENTS * (taps ? TAPS_EACH : NETS_EACH),
		(long long)(measure_now() - begin));
	if (taps)
		ports_delete(UID, CLIENTS);
	finish(&clients);
}

void bench_rate(const char *path)
{
	take(path, "nets", false);
	take(path, "tap", true);
	measure_sleep(200000000);
}
