/* SPDX-License-Identifier: MIT
 * Cables: veth pairs that tie a tap to a bridge on which the tap is not.
 * Messages of traffic control: tc-bpf(8), tc-mirred(8), include/uapi/linux/pkt_cls.h and
 * tc_act/tc_mirred.h of the kernel. */
#include "netd/kernel/pair.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "netd/kernel/link.h"
#include "netd/kernel/netlink.h"
#include "netd/kernel/veth.h"

#define NEW (NLM_F_CREATE | NLM_F_EXCL)
#define INGRESS 0xffff0000 /* the handle of an ingress qdisc, ffff: */

static void name_ends(int tap, struct pair *pair)
{
	snprintf(pair->inner_name, IFNAME_SIZE, PAIR_INNER "%d", tap);
	snprintf(pair->outer_name, IFNAME_SIZE, PAIR_OUTER "%d", tap);
}

/* A device that cannot compute checksums is given none to compute, and no segments to cut
 * (netif_skb_features(), validate_xmit_skb() in net/core/dev.c of the kernel). */
static int turn_off(const struct pair *pair, uint32_t what)
{
	struct ethtool_value off = {.cmd = what};
	struct ifreq request = {.ifr_data = (void *)&off};

	memcpy(request.ifr_name, pair->outer_name, IFNAME_SIZE);
	return link_ioctl(SIOCETHTOOL, &request);
}

static void put_action(struct nl_msg *message, int to)
{
	const struct tc_mirred mirred = {
		.action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR, .ifindex = (uint32_t)to};
	struct nlattr *actions = netlink_nest(message, TCA_BPF_ACT);
	struct nlattr *action = netlink_nest(message, 1); /* the first one */
	struct nlattr *options = NULL;

	netlink_put_string(message, TCA_ACT_KIND, "mirred");
	options = netlink_nest(message, TCA_ACT_OPTIONS);
	netlink_put(message, TCA_MIRRED_PARMS, &mirred, sizeof(mirred));
	netlink_nest_end(message, options);
	netlink_nest_end(message, action);
	netlink_nest_end(message, actions);
}

/* Append the messages that send all that comes in by `from` out by `to`; the host sees none of it.
 * Where `to` is gone it is dropped. But what the host sends to a group by `from` it also hears
 * there (dev_loopback_xmit() in net/core/dev.c of the kernel), and keeps to itself. */
static void add_redirect(struct netlink_batch *batch, int from, int to)
{
	static const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_LOOPBACK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const uint16_t length = sizeof(program) / sizeof(*program);
	const struct tcmsg qdisc = {
		.tcm_ifindex = from, .tcm_parent = TC_H_INGRESS, .tcm_handle = INGRESS};
	const struct tcmsg filter = {.tcm_ifindex = from,
		.tcm_parent = INGRESS,
		.tcm_info = TC_H_MAKE(1U << 16, htons(ETH_P_ALL))};
	struct nl_msg *message = netlink_batch_add(batch, RTM_NEWQDISC, NEW, &qdisc, sizeof(qdisc));
	struct nlattr *options = NULL;

	netlink_put_string(message, TCA_KIND, "ingress");
	message = netlink_batch_add(batch, RTM_NEWTFILTER, NEW, &filter, sizeof(filter));
	netlink_put_string(message, TCA_KIND, "bpf");
	options = netlink_nest(message, TCA_OPTIONS);
	netlink_put(message, TCA_BPF_OPS_LEN, &length, sizeof(length));
	netlink_put(message, TCA_BPF_OPS, program, sizeof(program));
	put_action(message, to);
	netlink_nest_end(message, options);
}

static int join(struct netlink *route, int tap, int outer)
{
	struct netlink_batch batch = {0};

	add_redirect(&batch, tap, outer);
	add_redirect(&batch, outer, tap);
	return netlink_commit(route, &batch) < 0 ? -ENOSYS : 0;
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

int pair_make(struct netlink *route, int tap, bool copies, struct pair *ret_pair)
{
	struct pair pair = {.inner = 0};
	struct link inner = {0};
	int error = 0;

	name_ends(tap, &pair);
	error = veth_make(route, &(struct veth_end){.name = pair.inner_name},
		&(struct veth_end){.name = pair.outer_name});
	if (error == 0)
		error = turn_off(&pair, ETHTOOL_STXCSUM);
	/* Pages of others are copied for a device that cannot gather them. */
	if (error == 0 && copies)
		error = turn_off(&pair, ETHTOOL_SSG);
	if (error == 0)
		error = pair_find(route, tap, &pair, &inner);
	if (error == 0)
		error = join(route, tap, pair.outer);
	*ret_pair = pair;
	return error;
}

int pair_tap(const struct link *link)
{
	const char *number = link->name + strlen(PAIR_INNER);
	uint32_t tap = 0;

	return strcmp(link->kind, "veth") == 0 &&
			       strncmp(link->name, PAIR_INNER, strlen(PAIR_INNER)) == 0 &&
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
