/* SPDX-License-Identifier: MIT
 * All links of a kind. Only the front dumps them: it takes no capability. */
#include "netd/front/links.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>

#include "netd/kernel/netlink.h"

struct visit {
	links_visitor *visitor;
	void *context;
};

static void visit_one(struct nlmsghdr *header, void *context)
{
	const struct visit *visit = context;
	struct link link = {0};

	if (link_parse(header, &link))
		visit->visitor(&link, visit->context);
}

int links_each(struct netlink *route, const char *kind, links_visitor *visitor, void *context)
{
	struct netlink_batch batch = {0};
	struct visit visit = {.visitor = visitor, .context = context};
	struct nl_msg *message = link_message(&batch, RTM_GETLINK, NLM_F_DUMP, 0);
	struct nlattr *info = NULL;

	netlink_put_u32(message, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	info = netlink_nest(message, IFLA_LINKINFO);
	netlink_put_string(message, IFLA_INFO_KIND, kind);
	netlink_nest_end(message, info);
	return netlink_query(route, &batch, visit_one, &visit);
}
