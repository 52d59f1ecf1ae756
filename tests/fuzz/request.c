/* SPDX-License-Identifier: MIT
 * Fuzz target: the way of a request, from the client's bytes through the front, the policy and the
 * order to the back, on a kernel that fails, forgets and lies as the input says.
 *
 * The first byte picks a policy, the second what links there are; then come clients, one after the
 * other. Whatever they send and whatever the kernel does: each gets exactly one reply, a refusal
 * says why, what is granted is what the policy permits and is on its bridge as it should be, nobody
 * gets more than his quota. Somebody may flush nftables; a look at all links then makes all guards
 * again. At the end no fd, tap, cable, bridge of netd's or chain is left. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/number.h"
#include "netd/back/back.h"
#include "netd/front/front.h"
#include "netd/front/loglimit.h"
#include "netd/front/port-table.h"
#include "netd/front/serve.h"
#include "netd/front/watch.h"
#include "netd/kernel/pair.h"
#include "netd/message/order.h"
#include "netd/port/netd.h"
#include "policy/policy.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/request-make.h"

#define FDS_MAX 128

/* The front orders, the back carries out, both in this process. For a client, or, NULL, a look at
 * all links. */
static void serve(struct request_run *run, const struct request_client *client, int socket)
{
	static struct watch watch;
	struct netd netd = {.route = &kernel_route, .nft = &kernel_nft, .reaper = -1};
	struct loglimit limit = {.others = {0}};
	struct port_table ports = {.n = 0};
	struct front front = {
		.policy = run->policy, .route = &kernel_route, .limit = &limit, .ports = &ports};
	uint8_t data[SERVE_SIZE] = {0};
	size_t length = 0;
	int orders[2] = {-1, -1};

	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, orders) == 0);
	front.orders = orders[0];
	if (client == NULL) {
		watch = (struct watch){.front = &front};
		EXPECT(watch_survey(&watch, true) == 0);
	} else {
		length = serve_receive(socket, data);
		serve_message(&front, socket, client->peer, data, length);
	}
	port_table_free(&ports);
	close(front.orders);
	/* Else the front has sent what no front sends. */
	EXPECT(back_run(&netd, orders[1]) == 0);
	close(orders[1]);
}

/* The service looks at all links, twice, as a bridge is empty only after the cables on it are gone;
 * for once the kernel does as it is told. */
static void survey(struct request_run *run)
{
	size_t size = run->kernel.size;

	kernel_reap(&run->kernel);
	run->kernel.size = 0;
	serve(run, NULL, -1);
	serve(run, NULL, -1);
	run->kernel.size = size;
}

/* Exactly one reply, but for a client that sent nothing. */
static void receive(struct request_run *run, struct request_client *client, int socket)
{
	uint8_t data[WIRE_REPLY_SIZE + 1] = {0};
	size_t n = 0;
	int length =
		fdpass_receive(socket, data, sizeof(data), client->fds, FDPASS_MAX, &client->n);

	EXPECT(length == WIRE_REPLY_SIZE);
	request_check(run, client, data);
	EXPECT(fdpass_receive(socket, data, sizeof(data), NULL, 0, &n) == 0);
}

static void meet(struct request_run *run, struct request_client *client)
{
	int sockets[2] = {-1, -1};

	request_make(&run->kernel, client);
	run->kernel.lied = false;
	EXPECT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) == 0);
	EXPECT(send(sockets[1], client->data, client->size, 0) == (ssize_t)client->size);
	if (client->leaves)
		shutdown(sockets[1], SHUT_RD);
	serve(run, client, sockets[0]);
	close(sockets[0]);
	if (!client->leaves)
		receive(run, client, sockets[1]);
	close(sockets[1]);
	run->lied = run->lied || run->kernel.lied;
}

/* A namespace ends with its interfaces. */
static void leave(struct request_run *run, struct request_client *client)
{
	struct kernel_link *slot = client->inside ? kernel_find(&run->kernel, client->tap) : NULL;

	if (slot != NULL)
		kernel_remove(&run->kernel, slot);
	client->inside = false;
	for (size_t i = 0; i < client->n; i++)
		close(client->fds[i]);
	client->n = 0;
}

/* Also those of clients that left before they had a reply: whoever asked is gone. */
static void end_namespaces(struct kernel *kernel)
{
	for (size_t i = 0; i < KERNEL_LINKS; i++)
		if (kernel->links[i].link.ifindex > 0 && kernel->links[i].away)
			kernel_remove(kernel, &kernel->links[i]);
}

static size_t count_taps(struct kernel *kernel)
{
	size_t n = 0;

	kernel_reap(kernel);
	for (size_t i = 0; i < KERNEL_LINKS; i++)
		n += kernel->links[i].link.ifindex > 0 && kernel->links[i].end >= 0;
	return n;
}

static unsigned int count_fds(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < FDS_MAX; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

/* A lie may have had netd take any link for another. */
static void check_left(struct request_run *run)
{
	for (size_t i = 0; i < KERNEL_LINKS; i++) {
		const struct link *link = &run->kernel.links[i].link;

		EXPECT(link->ifindex == 0 || pair_tap(link) == 0);
		EXPECT(link->ifindex == 0 || run->lied || link->group != LINK_GROUP_CLIENT);
		EXPECT(link->ifindex == 0 || run->lied || !link_is_own_bridge(link));
	}
	for (size_t i = 0; i < KERNEL_CHAINS && !run->lied; i++) {
		const char *dash = strchr(run->kernel.table.chains[i].name, '-');
		uint32_t ifindex = 0;

		EXPECT(dash == NULL ||
			(number_parse(dash + 1, strlen(dash + 1), INT32_MAX, &ifindex) &&
				kernel_find(&run->kernel, (int)ifindex) != NULL));
	}
}

/* Somebody flushes nftables. */
static void flush(struct request_run *run)
{
	run->kernel.table = (struct kernel_table){.there = false};
	survey(run);
	for (size_t i = 0; i < run->n; i++)
		if (run->clients[i].n > 0 || run->clients[i].inside)
			request_check_guards(run, run->clients[i].tap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct request_run run;
	unsigned int fds = count_fds();
	size_t held = 0;

	kernel_start(&run.kernel, data, size);
	run.lied = false;
	run.policy = request_policy(kernel_byte(&run.kernel));
	request_links(&run.kernel, kernel_byte(&run.kernel));
	for (run.n = 0; run.n < REQUEST_CLIENTS && run.kernel.size > 0;) {
		struct request_client *client = &run.clients[run.n++];
		uint8_t byte = 0;

		*client = (struct request_client){.n = 0};
		meet(&run, client);
		/* No tap but those that somebody holds. */
		held += client->n > 0;
		EXPECT(count_taps(&run.kernel) == held);
		byte = kernel_byte(&run.kernel);
		if (byte & 1) {
			held -= client->n > 0;
			leave(&run, client);
		}
		if ((byte & 6) == 6 && !run.lied)
			flush(&run);
		EXPECT(count_taps(&run.kernel) == held);
	}
	for (size_t i = 0; i < run.n; i++)
		leave(&run, &run.clients[i]);
	EXPECT(count_taps(&run.kernel) == 0);
	end_namespaces(&run.kernel);
	survey(&run);
	check_left(&run);
	kernel_stop(&run.kernel);
	policy_free(run.policy);
	EXPECT(count_fds() == fds);
	return 0;
}
