/* SPDX-License-Identifier: MIT
 * Fuzz target: the way of a request, from the client's bytes through the front, the policy and the
 * order to the back, on a kernel that fails, forgets and lies as the input says.
 *
 * The first byte picks a policy, the second what links there are; then come clients, one after the
 * other. Whatever they send and whatever the kernel does: each gets exactly one reply, a refusal
 * says why, what is granted is what the policy permits and is on its bridge as it should be, nobody
 * gets more than his quota, no fd and no tap is left. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netd/back/back.h"
#include "netd/front/front.h"
#include "netd/front/loglimit.h"
#include "netd/front/port-table.h"
#include "netd/front/serve.h"
#include "netd/message/order.h"
#include "netd/port/netd.h"
#include "policy/policy.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/request-make.h"

#define FDS_MAX 128

/* The front orders, the back carries out, both in this process. */
static void serve(struct request_run *run, const struct request_client *client, int socket)
{
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
	length = serve_receive(socket, data);
	serve_message(&front, socket, client->peer, data, length);
	port_table_free(&ports);
	close(front.orders);
	/* Else the front has sent what no front sends. */
	EXPECT(back_run(&netd, orders[1]) == 0);
	close(orders[1]);
}

static const struct link *check_port(struct request_run *run, const struct request_client *client,
	const struct wire_request *request, const struct wire_reply *reply)
{
	const struct wire_tap_reply *tap = &reply->tap;
	const struct kernel_link *port = kernel_find_name(&run->kernel, tap->interface);
	struct policy_query query = {.subject = {.uid = client->peer->uid,
					     .gids = client->peer->gids,
					     .n_gids = client->peer->n_gids},
		.bridge = request->tap.bridge,
		.mac = request->tap.flags & WIRE_WITH_MAC ? request->tap.mac : NULL,
		.queues = request->tap.queues,
		.vhost = (request->tap.flags & WIRE_WITH_VHOST) != 0};
	struct policy_decision decision = {.code = CODE_BUSY};
	uint32_t uid = 0;
	unsigned int slot = 0;

	policy_decide(run->policy, &query, &decision);
	EXPECT(decision.code == CODE_OK && reply->taps == request->tap.queues);
	EXPECT(ifname_slot_parse(tap->interface, &uid, &slot) && slot < decision.rule->taps);
	EXPECT(uid == client->peer->uid && tap->uid == uid);
	EXPECT(strcmp(tap->bridge, request->tap.bridge) == 0);
	EXPECT(memcmp(tap->mac, request->tap.mac, MAC_SIZE) == 0);
	EXPECT(reply->vhosts == 0 || decision.rule->vhost);
	EXPECT(port != NULL && port->end >= 0);
	if (!run->kernel.lied) {
		EXPECT(port->link.port.isolated == decision.rule->isolated);
		EXPECT(decision.rule->mtu == 0 || port->link.mtu == decision.rule->mtu);
	}
	return &port->link;
}

/* What the kernel really has, whatever was asked of it. */
static void check_armed(
	struct request_run *run, const struct link *port, const struct wire_tap_reply *tap)
{
	const struct kernel_link *bridge = kernel_find(&run->kernel, port->master);
	static const uint8_t none[MAC_SIZE];
	bool learns = memcmp(tap->mac, none, MAC_SIZE) == 0;

	if (run->kernel.lied)
		return;
	EXPECT(bridge != NULL && strcmp(bridge->link.name, tap->bridge) == 0);
	EXPECT(port->up && port->mtu == tap->mtu && !port->tun.persist);
	EXPECT(memcmp(port->mac, tap->host_mac, MAC_SIZE) == 0);
	EXPECT(port->port.locked == !learns && port->port.learning == learns);
	EXPECT(port->port.guard && port->port.root_block);
	EXPECT(strncmp(port->alias, "owvm port ", strlen("owvm port ")) == 0);
}

static void check_reply(struct request_run *run, struct request_client *client, const uint8_t *data)
{
	struct wire_request request = {.operation = WIRE_NETS};
	struct wire_reply reply = {.code = CODE_BUSY};
	enum code code = wire_decode_request(client->data, client->size, &request);

	EXPECT(wire_decode_reply(data, WIRE_REPLY_SIZE, &reply) == 0);
	EXPECT(client->n == (size_t)reply.taps + reply.vhosts);
	EXPECT(code == CODE_OK ? reply.operation == request.operation : reply.code == code);
	for (const char *c = reply.text; *c != '\0'; c++)
		EXPECT(*c >= ' ' && *c < 0x7f);
	EXPECT((reply.code == CODE_OK || reply.code == CODE_END) || reply.text[0] != '\0');
	if (reply.code == CODE_OK && reply.operation == WIRE_TAP)
		check_armed(run, check_port(run, client, &request, &reply), &reply.tap);
}

/* Exactly one reply, but for a client that sent nothing. */
static void receive(struct request_run *run, struct request_client *client, int socket)
{
	uint8_t data[WIRE_REPLY_SIZE + 1] = {0};
	size_t n = 0;
	int length =
		fdpass_receive(socket, data, sizeof(data), client->fds, FDPASS_MAX, &client->n);

	EXPECT(length == WIRE_REPLY_SIZE);
	check_reply(run, client, data);
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
}

static void leave(struct request_client *client)
{
	for (size_t i = 0; i < client->n; i++)
		close(client->fds[i]);
	client->n = 0;
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct request_run run;
	unsigned int fds = count_fds();
	size_t held = 0;

	kernel_start(&run.kernel, data, size);
	run.policy = request_policy(kernel_byte(&run.kernel));
	request_links(&run.kernel, kernel_byte(&run.kernel));
	for (run.n = 0; run.n < REQUEST_CLIENTS && run.kernel.size > 0; run.n++) {
		run.clients[run.n] = (struct request_client){.n = 0};
		meet(&run, &run.clients[run.n]);
		/* No tap but those that somebody holds. */
		held += run.clients[run.n].n > 0;
		EXPECT(count_taps(&run.kernel) == held);
		if (kernel_byte(&run.kernel) & 1) {
			held -= run.clients[run.n].n > 0;
			leave(&run.clients[run.n]);
		}
	}
	for (size_t i = 0; i < run.n; i++)
		leave(&run.clients[i]);
	EXPECT(count_taps(&run.kernel) == 0);
	kernel_stop(&run.kernel);
	policy_free(run.policy);
	EXPECT(count_fds() == fds);
	return 0;
}
