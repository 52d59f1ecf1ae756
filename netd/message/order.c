/* SPDX-License-Identifier: MIT
 * Orders: what the front, which has no capability, asks of the back, which has one. */
#include "netd/message/order.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/fdpass.h"

int order_send(int socket, const struct order *order, int client)
{
	return fdpass_send(socket, order, sizeof(*order), &client, client < 0 ? 0 : 1);
}

/* A string that may go into an alias, a log line or a reply. */
static bool text_valid(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '\0')
			return true;
		if (text[i] < ' ' || text[i] >= 0x7f)
			return false;
	}
	return false;
}

/* Which names links may have, the kernel says. */
static bool bridge_valid(const struct order *order)
{
	return order->bridge[0] != '\0' && text_valid(order->bridge, sizeof(order->bridge));
}

static bool guest_valid(const struct order *order)
{
	return order->ip.prefix <= 32 && (order->learns || mac_valid_for_guest(order->mac));
}

static bool port_valid(const struct order *order)
{
	return bridge_valid(order) && text_valid(order->alias, sizeof(order->alias)) &&
	       text_valid(order->peer, sizeof(order->peer)) &&
	       text_valid(order->rule, sizeof(order->rule)) && order->taps > 0 &&
	       order->taps <= IFNAME_SLOT_MAX &&
	       (order->queues > 0 || (order->peer[0] != '\0' && order->mtu > 0 && order->cable)) &&
	       order->queues <= WIRE_QUEUES_MAX && order->address.prefix <= 32 &&
	       guest_valid(order);
}

int order_receive(int socket, struct order *ret_order, int *ret_client)
{
	struct order order = {.ifindex = 0};
	OWNED_FD client = -1;
	size_t fds = 0;
	int length = fdpass_receive(socket, &order, sizeof(order), &client, 1, &fds);

	if (length <= 0)
		return length;
	if (length != sizeof(order) || order.kind < ORDER_PORT || order.kind > ORDER_STRAY ||
		(order.kind == ORDER_PORT) != (fds == 1) ||
		(order.kind == ORDER_PORT && !port_valid(&order)) ||
		(order.kind == ORDER_SETTLE && order.ifindex == 0 && !bridge_valid(&order)) ||
		(order.kind == ORDER_CLEAR && !bridge_valid(&order)) ||
		(order.kind == ORDER_GUARD && !guest_valid(&order)))
		return -EPROTO;
	*ret_order = order;
	*ret_client = cleanup_steal_fd(&client);
	return 1;
}
