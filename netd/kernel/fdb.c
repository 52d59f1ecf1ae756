/* SPDX-License-Identifier: MIT
 * A bridge's forwarding database: entries that hold an address on one port.
 * Attributes: include/uapi/linux/neighbour.h of the kernel. */
#include "netd/kernel/fdb.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "netd/kernel/netlink.h"

void fdb_add_pin(struct netlink_batch *batch, int port, const uint8_t mac[MAC_SIZE], bool takes)
{
	/* NUD_NOARP is a static entry, NTF_STICKY keeps it on this port. */
	const struct ndmsg head = {.ndm_family = AF_BRIDGE,
		.ndm_ifindex = port,
		.ndm_state = NUD_NOARP,
		.ndm_flags = NTF_MASTER | NTF_STICKY};

	netlink_put(
		netlink_batch_add(batch, RTM_NEWNEIGH,
			NLM_F_CREATE | (takes ? NLM_F_REPLACE : NLM_F_EXCL), &head, sizeof(head)),
		NDA_LLADDR, mac, MAC_SIZE);
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
	/* An error is all that comes then: nothing is found. */
	(void)netlink_query(route, &batch, take_entry, &entry);
	return entry;
}
