/* SPDX-License-Identifier: MIT
 * The front of the file-capability helper: one request of the user who started it.
 *
 * That user can stop, kill and limit this process at any instant. So it holds no lock, trusts no
 * limit, and leaves nothing that only it could finish: a tap dies with its fd, and what else may be
 * left (an empty bridge of the user's own, a cable without its tap) the next run removes. */
#include "netd/front/oneshot.h"

#include <errno.h>
#include <unistd.h>

#include "netd/front/front.h"
#include "netd/front/peer.h"
#include "netd/front/port-table.h"
#include "netd/front/serve.h"
#include "netd/message/order.h"
#include "policy/policy.h"

/* Have those bridges looked at that a rule with %U permits: nobody else's are the user's affair. */
static int settle_own(const struct front *front, const struct policy_subject *subject)
{
	const struct policy_rule *rule = NULL;
	uint32_t cursor = 0;
	int error = 0;

	while (error == 0 && (rule = policy_next(front->policy, subject, &cursor)) != NULL) {
		struct order order = {.kind = ORDER_SETTLE};

		if (!rule->permit || rule->pattern != POLICY_OWN)
			continue;
		/* By name: the back may only now be making it. */
		policy_pattern_format(rule, subject->uid, order.bridge);
		error = order_send(front->orders, &order, -1);
	}
	return error;
}

/* A helper that was killed before it made the guards of a cable has left nothing that tells of it
 * but the cable itself. The back looks again whether its tap is gone. */
static int settle_cables(const struct front *front)
{
	const struct port_table *ports = front->ports;
	int error = 0;

	/* What a dump lacks that changes interrupted, the next helper finds. */
	port_table_fill(front->ports, front->route);
	for (size_t i = 0; i < ports->n && error == 0; i++) {
		const struct order order = {.kind = ORDER_SETTLE, .ifindex = ports->entries[i].tap};

		if (order.ifindex > 0 && port_table_find(ports, order.ifindex) == NULL)
			error = order_send(front->orders, &order, -1);
	}
	return error;
}

static int serve(const struct front *front, int client, const struct peer *peer)
{
	struct policy_subject subject = {
		.uid = peer->uid, .gids = peer->gids, .n_gids = peer->n_gids};
	const struct order clear = {.kind = ORDER_CLEAR}, sweep = {.kind = ORDER_SWEEP};
	uint8_t data[SERVE_SIZE] = {0};
	size_t length = serve_receive(client, data);
	int error = 0;

	serve_message(front, client, peer, data, length);
	/* Behind the request, which does not wait for it. Where it needs a slot that a leftover
	 * has, the back looks for leftovers by itself. */
	error = order_send(front->orders, &clear, -1);
	if (error == 0)
		error = order_send(front->orders, &sweep, -1);
	if (error == 0)
		error = settle_cables(front);
	return error < 0 ? error : settle_own(front, &subject);
}

bool oneshot_refused(const struct front *front, int client)
{
	if (access(OWVM_SOCKET, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR))
		return false;
	serve_refusal(front, client, getuid(), CODE_NOT_SUPPORTED,
		"the owvm-netd service is set up on this host (" OWVM_SOCKET
		" exists): ask it, not the helper",
		true);
	return true;
}

int oneshot_run(struct front *front, int client)
{
	struct peer peer = {0};
	int error = peer_of_process(&peer);

	if (error < 0)
		return error;
	error = serve(front, client, &peer);
	peer_free(&peer);
	return error;
}
