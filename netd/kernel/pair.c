/* SPDX-License-Identifier: MIT
 * Cables: veth pairs that tie a tap to a bridge on which the tap is not. */
#include "netd/kernel/pair.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "netd/kernel/link.h"
#include "netd/kernel/netlink.h"
#include "netd/kernel/redirect.h"

/* Followed by the tap's ifindex: at most 15 characters. */
#define INNER "owvmb"
#define OUTER "owvmc"

static void name_ends(int tap, struct pair *pair)
{
	snprintf(pair->inner_name, IFNAME_SIZE, INNER "%d", tap);
	snprintf(pair->outer_name, IFNAME_SIZE, OUTER "%d", tap);
}

static int make_ends(struct netlink *route, const struct pair *pair)
{
	const struct ifinfomsg head = {0};
	struct netlink_batch batch = {0};
	struct nl_msg *message = netlink_batch_add(
		&batch, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	struct nlattr *info = NULL, *data = NULL, *peer = NULL;

	netlink_put_string(message, IFLA_IFNAME, pair->inner_name);
	info = netlink_nest(message, IFLA_LINKINFO);
	netlink_put_string(message, IFLA_INFO_KIND, "veth");
	data = netlink_nest(message, IFLA_INFO_DATA);
	peer = netlink_nest(message, VETH_INFO_PEER);
	netlink_append(message, &head, sizeof(head));
	netlink_put_string(message, IFLA_IFNAME, pair->outer_name);
	netlink_nest_end(message, peer);
	netlink_nest_end(message, data);
	netlink_nest_end(message, info);
	return netlink_commit(route, &batch, NULL);
}

/* A device that cannot compute checksums is given none to compute, and no segments to cut
 * (netif_skb_features(), validate_xmit_skb() in net/core/dev.c of the kernel). */
static int turn_off_offload(const struct pair *pair)
{
	struct ethtool_value off = {.cmd = ETHTOOL_STXCSUM};
	struct ifreq request = {.ifr_data = (void *)&off};

	memcpy(request.ifr_name, pair->outer_name, IFNAME_SIZE);
	return link_ioctl(SIOCETHTOOL, &request);
}

static int join(struct netlink *route, int tap, int outer)
{
	struct netlink_batch batch = {0};

	redirect_add(&batch, tap, outer);
	redirect_add(&batch, outer, tap);
	return netlink_commit(route, &batch, NULL) < 0 ? -ENOSYS : 0;
}

int pair_find(struct netlink *route, int tap, struct pair *ret_pair, struct link *ret_inner)
{
	int error = 0;

	name_ends(tap, ret_pair);
	error = link_get_by_name(route, ret_pair->inner_name, ret_inner);
	ret_pair->inner = ret_inner->ifindex;
	ret_pair->outer = ret_inner->peer;
	return error;
}

int pair_make(struct netlink *route, int tap, struct pair *ret_pair)
{
	struct pair pair = {.inner = 0};
	struct link inner = {0};
	int error = 0;

	name_ends(tap, &pair);
	error = make_ends(route, &pair);
	if (error == 0)
		error = turn_off_offload(&pair);
	if (error == 0)
		error = pair_find(route, tap, &pair, &inner);
	if (error == 0)
		error = join(route, tap, pair.outer);
	*ret_pair = pair;
	return error;
}

int pair_tap(const struct link *link)
{
	const char *number = link->name + strlen(INNER);
	uint32_t tap = 0;

	return strcmp(link->kind, "veth") == 0 && strncmp(link->name, INNER, strlen(INNER)) == 0 &&
			       number_parse(number, strlen(number), INT32_MAX, &tap)
		       ? (int)tap
		       : 0;
}

bool pair_is_left_over(struct netlink *route, int inner)
{
	struct link link = {0};
	int tap = link_get(route, inner, &link) == 0 ? pair_tap(&link) : 0;

	return tap > 0 && link_get(route, tap, &link) == -ENODEV;
}

bool pair_reserves(const char *name)
{
	return strncmp(name, INNER, strlen(INNER)) == 0 || strncmp(name, OUTER, strlen(OUTER)) == 0;
}
