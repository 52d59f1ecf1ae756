/* SPDX-License-Identifier: MIT
 * What the helper has removed, as nothing tells it of links. */
#include "netd/front/leftovers.h"

#include <errno.h>
#include <string.h>

#include "netd/front/alias.h"
#include "netd/front/front.h"
#include "netd/front/links.h"
#include "netd/kernel/link.h"
#include "netd/kernel/pair.h"
#include "netd/message/order.h"

int leftovers_clear(const struct front *front, uint32_t uid)
{
	int error = 0;

	for (unsigned int slot = 0; slot < IFNAME_SLOT_MAX && error == 0; slot++) {
		struct order order = {.kind = ORDER_CLEAR};
		struct alias alias = {0};
		struct link link = {0};

		ifname_slot_format(uid, slot, order.bridge);
		/* To a tap with one queue one can attach only while nobody holds it. */
		if (link_get_by_name(front->route, order.bridge, &link) < 0 ||
			!alias_parse_port(&link, &alias, NULL) ||
			(link.tun.multi_queue && link.tun.queues + link.tun.disabled > 0))
			continue;
		order.queues = link.tun.multi_queue ? 2 : 1;
		error = order_send(front->orders, &order, -1);
	}
	return error;
}

/* Cables whose tap is gone. */
struct dead {
	const struct front *front;
	int error;
};

static void bury(const struct link *link, void *context)
{
	struct dead *dead = context;
	struct order order = {.kind = ORDER_SETTLE, .ifindex = pair_tap(link)};

	if (link->group == LINK_GROUP_CLIENT)
		order = (struct order){.kind = ORDER_STRAY, .ifindex = link->ifindex};
	/* While the links are listed the socket is busy: the back asks whether the tap is gone. */
	if (order.ifindex > 0 && dead->error == 0)
		dead->error = order_send(dead->front->orders, &order, -1);
}

int leftovers_sweep(const struct front *front)
{
	const struct order sweep = {.kind = ORDER_SWEEP};
	struct dead dead = {.front = front};

	dead.error = order_send(front->orders, &sweep, -1);
	/* A list that others disturb is good enough: the next run finds the rest. */
	(void)links_each(front->route, "veth", bury, &dead);
	return dead.error;
}
