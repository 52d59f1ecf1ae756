/* SPDX-License-Identifier: MIT
 * A bridge's forwarding database: entries that hold an address on one port.
 * Attributes: include/uapi/linux/neighbour.h of the kernel. */
#include "netd/kernel/fdb.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/route/neighbour.h>

#include "netd/kernel/netlink.h"

void fdb_add_pin(struct netlink_batch *batch, int port, const uint8_t mac[MAC_SIZE], bool takes)
{
	OWNED_OBJECT struct rtnl_neigh *entry = netlink_must(rtnl_neigh_alloc());
	OWNED_ADDRESS address = netlink_must(nl_addr_build(AF_LLC, mac, MAC_SIZE));
	struct nl_msg *message = NULL;

	rtnl_neigh_set_family(entry, AF_BRIDGE);
	rtnl_neigh_set_ifindex(entry, port);
	rtnl_neigh_set_lladdr(entry, address);
	/* NUD_NOARP is a static entry, NTF_STICKY keeps it on this port. */
	rtnl_neigh_set_state(entry, NUD_NOARP);
	rtnl_neigh_set_flags(entry, NTF_MASTER | NTF_STICKY);
	rtnl_neigh_build_add_request(
		entry, NLM_F_CREATE | (takes ? NLM_F_REPLACE : NLM_F_EXCL), &message);
	netlink_batch_take(batch, message);
}

static void take_entry(struct nlmsghdr *header, void *context)
{
	const struct ndmsg *head = nlmsg_data(header);
	struct fdb_entry *entry = context;

	if (header->nlmsg_type != RTM_NEWNEIGH)
		return;
	entry->ifindex = head->ndm_ifindex;
	entry->pinned = (head->ndm_state & NUD_NOARP) && (head->ndm_flags & NTF_STICKY);
}

struct fdb_entry fdb_find(struct netlink *route, int bridge, const uint8_t mac[MAC_SIZE])
{
	struct ndmsg head = {.ndm_family = AF_BRIDGE, .ndm_flags = NTF_MASTER};
	struct netlink_batch batch = {0};
	struct fdb_entry entry = {0};
	struct nl_msg *message = netlink_batch_add(&batch, RTM_GETNEIGH, 0, &head, sizeof(head));

	netlink_put_u32(message, NDA_MASTER, (uint32_t)bridge);
	netlink_put(message, NDA_LLADDR, mac, MAC_SIZE);
	if (netlink_query(route, &batch, take_entry, &entry) < 0)
		entry = (struct fdb_entry){0};
	return entry;
}
