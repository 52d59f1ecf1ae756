/* SPDX-License-Identifier: MIT
 * Making a port by each of the candidates in turn, while the bridge fills up.
 *
 * A round takes each candidate once, in a random order; the ports of a round are
 * deleted at its end, all together, outside what is measured. */
#include "tests/benchmarks/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/number.h"
#include "tests/benchmarks/client.h"
#include "tests/benchmarks/maker.h"
#include "tests/benchmarks/measure.h"
#include "tests/benchmarks/rtnl.h"

#define GROUP_ROUND 77777
#define GROUP_FILL 77778
/* After a round the watcher and the kernel's workers have something to do. */
#define PAUSE 3000000 /* ns */
#define WARM_ROUNDS 3
#define MAKERS_MAX 8

/* One of the networks. */
struct network {
	char bridge[IFNAME_SIZE];
	int rtnl;
	int netns;
	unsigned int ports; /* those that fill the bridge */
};

struct worker {
	const struct maker *maker;
	const struct network *network;
	int socket;
};

/* In a process of its own, with nothing else in it: what starts programs must be small. */
__attribute__((noreturn)) static void work(
	const struct maker *maker, const struct setup *setup, int socket)
{
	unsigned int round = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (maker->user)
		measure_become(MAKER_UID);
	while (recv(socket, &round, sizeof(round), 0) == sizeof(round)) {
		struct made made = {.fd = -1};

		maker->make(setup, round, &made);
		if (send(socket, &made, sizeof(made), MSG_NOSIGNAL) < 0 ||
			recv(socket, &round, sizeof(round), 0) != sizeof(round))
			break;
		if (made.fd >= 0)
			close(made.fd);
		send(socket, &round, sizeof(round), MSG_NOSIGNAL);
	}
	_exit(EXIT_SUCCESS);
}

static void start(struct worker *worker, const struct setup *setup)
{
	int pair[2] = {-1, -1};
	pid_t pid = -1;

	if (setns(worker->network->netns, CLONE_NEWNET) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ||
		(pid = fork()) < 0)
		measure_fail("start a worker");
	if (pid == 0) {
		close_range(3, (unsigned int)pair[1] - 1, 0);
		close_range((unsigned int)pair[1] + 1, ~0U, 0);
		work(worker->maker, setup, pair[1]);
	}
	close(pair[1]);
	worker->socket = pair[0];
}

static struct made make(const struct worker *worker, unsigned int round)
{
	struct made made = {0};

	if (send(worker->socket, &round, sizeof(round), MSG_NOSIGNAL) < 0 ||
		recv(worker->socket, &made, sizeof(made), 0) != sizeof(made))
		measure_fail(worker->maker->name);
	return made;
}

/* Have the fd closed; its link is gone. */
static void release(const struct worker *worker, unsigned int round)
{
	if (send(worker->socket, &round, sizeof(round), MSG_NOSIGNAL) < 0 ||
		recv(worker->socket, &round, sizeof(round), 0) != sizeof(round))
		measure_fail(worker->maker->name);
}

static void take_network(struct network *network, const char *path, const char *bridge)
{
	snprintf(network->bridge, sizeof(network->bridge), "%s", bridge);
	network->netns = open(path, O_RDONLY | O_CLOEXEC);
	if (network->netns < 0 || setns(network->netns, CLONE_NEWNET) < 0)
		measure_fail(path);
	network->rtnl = rtnl_open();
	network->ports = 0;
}

static void fill(struct network *network, unsigned int ports)
{
	int bridge = 0;

	if (setns(network->netns, CLONE_NEWNET) < 0)
		measure_fail("setns");
	bridge = (int)if_nametoindex(network->bridge);
	for (; network->ports < ports; network->ports++) {
		char name[IF_NAMESIZE] = "";
		int ifindex = 0;

		snprintf(name, sizeof(name), "fill%u", network->ports);
		/* Stays open: the tap lives as long. */
		rtnl_make_tap(name);
		ifindex = (int)if_nametoindex(name);
		rtnl_set_master(network->rtnl, ifindex, bridge);
		rtnl_set_up(network->rtnl, ifindex);
		rtnl_set_group(network->rtnl, ifindex, GROUP_FILL);
	}
}

/* With its cable, if it has one: netd would remove it while the next round is measured. */
static void condemn(const struct worker *worker, const char *name)
{
	char inner[IFNAME_SIZE] = "";
	int ifindex = 0;

	if (setns(worker->network->netns, CLONE_NEWNET) < 0)
		measure_fail("setns");
	ifindex = (int)if_nametoindex(name);
	rtnl_set_group(worker->network->rtnl, ifindex, GROUP_ROUND);
	snprintf(inner, sizeof(inner), "owvmb%d", ifindex);
	ifindex = (int)if_nametoindex(inner);
	if (ifindex > 0)
		rtnl_set_group(worker->network->rtnl, ifindex, GROUP_ROUND);
}

/* Each candidate must follow each other one equally often: what ran before leaves its caches. */
static void shuffle(struct worker *workers, unsigned int n)
{
	for (unsigned int i = n - 1; i > 0; i--) {
		unsigned int j = (unsigned int)random() % (i + 1);
		struct worker other = workers[j];

		workers[j] = workers[i];
		workers[i] = other;
	}
}

/* One round; the results are printed unless it only warms up. */
static void take_round(
	struct worker *workers, unsigned int n, unsigned int round, unsigned int ports, bool warm)
{
	shuffle(workers, n);
	for (unsigned int i = 0; i < n; i++) {
		const struct worker *worker = &workers[i];
		struct made made = make(worker, round);

		if (!warm)
			printf("make %u %s %lld %lld\n", ports, worker->maker->name,
				(long long)made.ready, (long long)made.ended);
		condemn(worker, made.name);
		measure_sleep(PAUSE / 3);
	}
}

static void end_round(
	struct worker *workers, unsigned int n, const struct network *networks, unsigned int round)
{
	for (unsigned int i = 0; i < MAKER_NETWORKS; i++)
		rtnl_delete_group(networks[i].rtnl, GROUP_ROUND);
	for (unsigned int i = 0; i < n; i++)
		release(&workers[i], round);
	measure_sleep(PAUSE);
}

static void raise_limit(void)
{
	struct rlimit limit = {.rlim_cur = 4096, .rlim_max = 4096};

	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		measure_fail("RLIMIT_NOFILE");
}

void bench_making(const struct setup *setup, unsigned int rounds, unsigned int only,
	const unsigned int *fills, size_t n_fills)
{
	struct network networks[MAKER_NETWORKS] = {{.rtnl = -1}};
	struct worker workers[MAKERS_MAX] = {{0}};
	char own[IFNAME_SIZE] = "";
	unsigned int n = 0, round = 0;

	raise_limit();
	take_network(&networks[MAKER_WATCHED], "/proc/self/ns/net", CLIENT_BRIDGE);
	take_network(&networks[MAKER_APART], setup->apart, CLIENT_BRIDGE);
	take_network(&networks[MAKER_OWN], setup->own, client_own_bridge(MAKER_UID, own));
	for (unsigned int i = 0; i < makers_n; i++) {
		if (only != 0 && (only & 1u << i) == 0)
			continue;
		workers[n].maker = &makers[i];
		workers[n].network = &networks[makers[i].network];
		start(&workers[n++], setup);
	}
	for (size_t i = 0; i < n_fills; i++) {
		for (int j = 0; j < MAKER_NETWORKS; j++)
			fill(&networks[j], fills[i]);
		for (unsigned int j = 0; j < rounds + WARM_ROUNDS; j++) {
			take_round(workers, n, round, fills[i], j < WARM_ROUNDS);
			end_round(workers, n, networks, round++);
		}
	}
	for (int i = 0; i < MAKER_NETWORKS; i++)
		rtnl_delete_group(networks[i].rtnl, GROUP_FILL);
}
