/* SPDX-License-Identifier: MIT
 * What a list costs a user with two ports, by how many ports there are on the host. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/benchmarks/bench.h"
#include "tests/benchmarks/client.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/ports.h"

#define ASKER 33001
#define OWN 2 /* ports of the asker */
#define OTHERS 33101
#define EACH 100 /* ports of each other user */

/* The taps are held until this process ends: one for each port. */
static void hold_many(void)
{
	struct rlimit limit = {0};

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		measure_fail("getrlimit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		measure_fail("setrlimit");
}

static void make(const char *path, unsigned int from, unsigned int to)
{
	struct wire_tap_reply tap = {0};

	for (unsigned int i = from; i < to; i++)
		client_make(path, CLIENT_BRIDGE, OTHERS + i / EACH, (uint8_t)(i % EACH), &tap);
}

static void take(const char *path, unsigned int fill, unsigned int service, const char *what,
	void (*ask)(int socket))
{
	int64_t start = 0;
	int socket = -1;

	measure_act_as(ASKER);
	start = measure_now();
	socket = client_connect(path);
	ask(socket);
	printf("list %u %s-%u %lld\n", fill, what, service, (long long)(measure_now() - start));
	close(socket);
	measure_act_as(0);
}

void bench_list(unsigned int rounds, char *const *paths, unsigned int n_paths)
{
	static const unsigned int fills[] = {0, 100, 1000};
	struct wire_tap_reply tap = {0};
	unsigned int made = 0;

	hold_many();
	for (unsigned int i = 0; i < n_paths * OWN; i++)
		client_make(paths[i / OWN], CLIENT_BRIDGE, ASKER, (uint8_t)(i % OWN), &tap);
	for (size_t i = 0; i < sizeof(fills) / sizeof(*fills); i++) {
		for (unsigned int service = 0; service < n_paths; service++)
			make(paths[service], made, fills[i]);
		made = fills[i];
		measure_sleep(500000000);
		for (unsigned int j = 0; j < rounds * n_paths; j++) {
			take(paths[j % n_paths], fills[i], j % n_paths, "nets", client_nets);
			take(paths[j % n_paths], fills[i], j % n_paths, "ports", client_ports);
		}
	}
	ports_delete(OTHERS, made / EACH);
	ports_delete(ASKER, 1);
}
