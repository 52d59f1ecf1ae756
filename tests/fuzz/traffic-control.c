/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: traffic control, as far as cables need it. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/kernel.h"

/* Where the first action of a filter sends all frames. */
static int target(struct nlattr *actions)
{
	struct nlattr *first[2] = {0}, *action[TCA_ACT_MAX + 1] = {0};
	struct nlattr *options[TCA_MIRRED_MAX + 1] = {0};
	struct tc_mirred mirred = {.ifindex = 0};

	EXPECT(nla_parse_nested(first, 1, actions, NULL) == 0 && first[1] != NULL);
	EXPECT(nla_parse_nested(action, TCA_ACT_MAX, first[1], NULL) == 0);
	EXPECT(nla_strcmp(action[TCA_ACT_KIND], "mirred") == 0);
	EXPECT(nla_parse_nested(options, TCA_MIRRED_MAX, action[TCA_ACT_OPTIONS], NULL) == 0);
	EXPECT(nla_len(options[TCA_MIRRED_PARMS]) == sizeof(mirred));
	memcpy(&mirred, nla_data(options[TCA_MIRRED_PARMS]), sizeof(mirred));
	EXPECT(mirred.eaction == TCA_EGRESS_REDIR && mirred.action == TC_ACT_STOLEN);
	return (int)mirred.ifindex;
}

static int add_filter(struct kernel *kernel, struct kernel_link *link, struct nlattr *data)
{
	struct nlattr *options[TCA_BPF_MAX + 1] = {0};
	int to = 0;

	EXPECT(nla_parse_nested(options, TCA_BPF_MAX, data, NULL) == 0);
	EXPECT(options[TCA_BPF_OPS] != NULL && options[TCA_BPF_OPS_LEN] != NULL);
	EXPECT((size_t)nla_len(options[TCA_BPF_OPS]) ==
		nla_get_u16(options[TCA_BPF_OPS_LEN]) * sizeof(struct sock_filter));
	to = target(options[TCA_BPF_ACT]);
	if (!link->ingress || link->redirect != 0)
		return -EINVAL;
	if (kernel_find(kernel, to) == NULL)
		return -ENODEV;
	link->redirect = to;
	return 0;
}

int kernel_apply_tc(struct kernel *kernel, struct nlmsghdr *header)
{
	struct nlattr *attributes[TCA_MAX + 1] = {0};
	const struct tcmsg *head = nlmsg_data(header);
	struct kernel_link *link = kernel_find(kernel, head->tcm_ifindex);

	EXPECT(nlmsg_parse(header, sizeof(*head), attributes, TCA_MAX, NULL) == 0);
	if (link == NULL)
		return -ENODEV;
	if (header->nlmsg_type == RTM_NEWTFILTER) {
		EXPECT(nla_strcmp(attributes[TCA_KIND], "bpf") == 0);
		return add_filter(kernel, link, attributes[TCA_OPTIONS]);
	}
	EXPECT(nla_strcmp(attributes[TCA_KIND], "ingress") == 0);
	if (link->ingress)
		return -EEXIST;
	link->ingress = true;
	return 0;
}
