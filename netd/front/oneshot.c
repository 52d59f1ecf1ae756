/* SPDX-License-Identifier: MIT
 * The front of the file-capability helper: one request of the user who started it.
 *
 * That user can stop, kill and limit this process at any instant. So it holds no lock, trusts no
 * limit, and leaves nothing that only it could finish: a tap dies with its fd, and what else may be
 * left (an empty bridge of the user's own) the next run removes. */
#include "netd/front/oneshot.h"

#include <unistd.h>

#include "netd/front/front.h"
#include "netd/front/leftovers.h"
#include "netd/front/links.h"
#include "netd/front/listen.h"
#include "netd/front/peer.h"
#include "netd/front/serve.h"
#include "netd/kernel/link.h"
#include "netd/message/order.h"
#include "policy/policy-pattern.h"
#include "policy/policy.h"

/* Bridges that are one user's own by a rule. */
struct owned {
	const struct front *front;
	const struct policy_rule *rule;
	uint32_t uid;
	int error;
};

static void settle_one(const struct link *link, void *context)
{
	struct owned *owned = context;
	const struct order order = {.kind = ORDER_SETTLE, .ifindex = link->ifindex};

	if (owned->error == 0 && link_is_own_bridge(link) &&
		policy_pattern_match(owned->rule, owned->uid, link->name))
		owned->error = order_send(owned->front->orders, &order, -1);
}

/* Have those bridges looked at that a rule with %U permits: nobody else's are the user's affair. */
static int settle_own(const struct front *front, const struct policy_subject *subject)
{
	struct owned owned = {.front = front, .uid = subject->uid};
	uint32_t cursor = 0;

	while (owned.error == 0 &&
		(owned.rule = policy_next(front->policy, subject, &cursor)) != NULL) {
		struct order order = {.kind = ORDER_SETTLE};

		if (!owned.rule->permit || owned.rule->pattern != POLICY_OWN)
			continue;
		if (owned.rule->star) {
			(void)links_each(front->route, "bridge", settle_one, &owned);
			continue;
		}
		/* By name: the back may only now be making it. */
		policy_pattern_format(owned.rule, subject->uid, order.bridge);
		owned.error = order_send(front->orders, &order, -1);
	}
	return owned.error;
}

static int serve(const struct front *front, int client, const struct peer *peer)
{
	struct policy_subject subject = {
		.uid = peer->uid, .gids = peer->gids, .n_gids = peer->n_gids};
	uint8_t data[SERVE_SIZE] = {0};
	size_t length = serve_receive(client, data);
	int error = 0;

	serve_message(front, client, peer, data, length);
	/* Behind the request, which does not wait for it. */
	error = leftovers_clear(front, peer->uid);
	if (error == 0)
		error = leftovers_sweep(front);
	return error < 0 ? error : settle_own(front, &subject);
}

bool oneshot_refused(const struct front *front, int client)
{
	if (listen_nobody_at(OWVM_SOCKET))
		return false;
	serve_refusal(front, client, getuid(), CODE_NOT_SUPPORTED,
		"the owvm-netd service listens on this host (" OWVM_SOCKET
		"): ask it, not the helper",
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
