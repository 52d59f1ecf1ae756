/* SPDX-License-Identifier: MIT
 * Does anybody wait while many ports go? One user's requests, in calm and while the ports of
 * another one are torn down: by the kernel, as their holder was killed, and by netd, as their
 * holder misused them. */
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/benchmarks/bench.h"
#include "tests/benchmarks/client.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/ports.h"
#include "tests/benchmarks/rtnl.h"

#define HOLDER 32001
#define ASKER 32901
#define PORTS 60
#define REPEATS 4
#define CALM 20	      /* requests of each kind */
#define ASKED_MAX 100 /* taps of the asker at once */

struct asker {
	const char *path;
	int rtnl;
	int taps[ASKED_MAX];
	unsigned int n;
};

/* The same without netd: what waits in the kernel waits here, too. */
static void make_raw(struct asker *asker, const char *what)
{
	int64_t start = measure_now();
	char name[IF_NAMESIZE] = "";
	int ifindex = 0;

	snprintf(name, sizeof(name), "raw%u", asker->n);
	asker->taps[asker->n++] = rtnl_make_tap(name);
	ifindex = (int)if_nametoindex(name);
	rtnl_set_master(asker->rtnl, ifindex, (int)if_nametoindex(CLIENT_BRIDGE));
	rtnl_set_up(asker->rtnl, ifindex);
	printf("teardown %s raw %lld\n", what, (long long)(measure_now() - start));
	rtnl_set_group(asker->rtnl, ifindex, PORTS_GROUP);
}

/* One request of each kind. */
static void ask(struct asker *asker, const char *what)
{
	struct wire_tap_reply tap = {0};
	int64_t start = measure_now();
	int socket = -1;

	measure_act_as(ASKER);
	start = measure_now();
	socket = client_connect(asker->path);
	client_nets(socket);
	printf("teardown %s nets %lld\n", what, (long long)(measure_now() - start));
	close(socket);
	if (asker->n + 1 < ASKED_MAX) {
		start = measure_now();
		socket = client_connect(asker->path);
		asker->taps[asker->n] =
			client_tap(socket, CLIENT_BRIDGE, ASKER, (uint8_t)asker->n, &tap);
		asker->n++;
		printf("teardown %s tap %lld\n", what, (long long)(measure_now() - start));
		close(socket);
	}
	measure_act_as(0);
	if (asker->n < ASKED_MAX)
		make_raw(asker, what);
	measure_sleep(2000000);
}

static void clear(struct asker *asker)
{
	ports_delete(ASKER, 1);
	while (asker->n > 0)
		close(asker->taps[--asker->n]);
	measure_sleep(100000000);
}

__attribute__((noreturn)) static void hold(const char *path, uid_t uid, int ready, int misuse)
{
	int taps[PORTS] = {0};
	char byte = 0;

	measure_become(uid);
	for (unsigned int i = 0; i < PORTS; i++) {
		struct wire_tap_reply tap = {0};
		int socket = client_connect(path);

		taps[i] = client_tap(socket, CLIENT_BRIDGE, uid, (uint8_t)i, &tap);
		close(socket);
	}
	if (write(ready, &byte, 1) != 1 || read(misuse, &byte, 1) < 0)
		_exit(EXIT_FAILURE);
	for (unsigned int i = 0; i < PORTS; i++)
		revoke_misuse(taps[i]);
	pause();
	_exit(EXIT_SUCCESS);
}

static void take(struct asker *asker, uid_t uid, const char *what, bool by_netd)
{
	int ready[2] = {-1, -1}, misuse[2] = {-1, -1};
	int64_t start = 0;
	char byte = 0;
	pid_t pid = -1;

	if (pipe(ready) < 0 || pipe(misuse) < 0 || (pid = fork()) < 0)
		measure_fail("fork");
	if (pid == 0)
		hold(asker->path, uid, ready[1], misuse[0]);
	if (read(ready[0], &byte, 1) != 1)
		measure_fail("the holder failed");
	for (int i = 0; i < CALM; i++)
		ask(asker, "calm");
	clear(asker);
	start = measure_now();
	if (by_netd ? write(misuse[1], &byte, 1) != 1 : kill(pid, SIGKILL) < 0)
		measure_fail("begin the teardown");
	while (ports_count(uid, 1) > 0)
		ask(asker, what);
	printf("teardown all-%s %d %lld\n", what, PORTS, (long long)(measure_now() - start));
	if (by_netd)
		kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	clear(asker);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(misuse[i]);
	}
}

void bench_teardown(const char *path)
{
	struct asker asker = {.path = path, .rtnl = rtnl_open()};

	for (uid_t i = 0; i < REPEATS; i++) {
		take(&asker, HOLDER + 2 * i, "killed", false);
		take(&asker, HOLDER + 2 * i + 1, "misused", true);
	}
}
