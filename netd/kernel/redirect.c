/* SPDX-License-Identifier: MIT
 * Traffic control: what comes in by a link goes out by another one.
 * Messages: include/uapi/linux/pkt_cls.h and tc_act/tc_mirred.h of the kernel. */
#include "netd/kernel/redirect.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>

#include "netd/kernel/netlink.h"

#define FLAGS (NLM_F_CREATE | NLM_F_EXCL)
#define INGRESS 0xffff0000 /* the handle of an ingress qdisc, ffff: */

static void put_action(struct nl_msg *message, int to)
{
	const struct tc_mirred mirred = {
		.action = TC_ACT_STOLEN, .eaction = TCA_EGRESS_REDIR, .ifindex = (uint32_t)to};
	struct nlattr *actions = netlink_nest(message, TCA_U32_ACT);
	struct nlattr *action = netlink_nest(message, 1); /* the first one */
	struct nlattr *options = NULL;

	netlink_put_string(message, TCA_ACT_KIND, "mirred");
	options = netlink_nest(message, TCA_ACT_OPTIONS);
	netlink_put(message, TCA_MIRRED_PARMS, &mirred, sizeof(mirred));
	netlink_nest_end(message, options);
	netlink_nest_end(message, action);
	netlink_nest_end(message, actions);
}

void redirect_add(struct netlink_batch *batch, int from, int to)
{
	const struct tcmsg qdisc = {
		.tcm_ifindex = from, .tcm_parent = TC_H_INGRESS, .tcm_handle = INGRESS};
	const struct tcmsg filter = {.tcm_ifindex = from,
		.tcm_parent = INGRESS,
		.tcm_info = TC_H_MAKE(1U << 16, htons(ETH_P_ALL))};
	/* It compares nothing, and so holds for all. */
	const struct tc_u32_sel all = {.flags = TC_U32_TERMINAL};
	struct nl_msg *message =
		netlink_batch_add(batch, RTM_NEWQDISC, FLAGS, &qdisc, sizeof(qdisc));
	struct nlattr *options = NULL;

	netlink_put_string(message, TCA_KIND, "ingress");
	message = netlink_batch_add(batch, RTM_NEWTFILTER, FLAGS, &filter, sizeof(filter));
	/* Every kernel that distributions build has this kind. */
	netlink_put_string(message, TCA_KIND, "u32");
	options = netlink_nest(message, TCA_OPTIONS);
	netlink_put(message, TCA_U32_SEL, &all, sizeof(all));
	put_action(message, to);
	netlink_nest_end(message, options);
}
