/* SPDX-License-Identifier: MIT
 * What can be refused by looking alone: the bridge, and the guest's address on it. */
#include "netd/front/check.h"

#include <errno.h>
#include <linux/if_ether.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>

#include "common/wire.h"
#include "netd/kernel/fdb.h"
#include "netd/kernel/link.h"
#include "netd/kernel/pair.h"
#include "netd/message/reply.h"
#include "policy/policy.h"

bool check_may_make(const char *name)
{
	uint32_t uid = 0;
	unsigned int slot = 0;

	return !ifname_slot_parse(name, &uid, &slot) &&
	       strncmp(name, PAIR_INNER, strlen(PAIR_INNER)) != 0 &&
	       strncmp(name, PAIR_OUTER, strlen(PAIR_OUTER)) != 0;
}

static bool check_missing(
	const char *name, const struct policy_rule *rule, struct wire_reply *reply)
{
	if (!rule->create)
		return reply_refuse(reply, CODE_NO_BRIDGE,
			"bridge '%s' does not exist, and %s:%u does not let it be made (no "
			"'create'); an administrator can make it: ip link add %s up type bridge",
			name, rule->file, rule->line, name);
	if (!check_may_make(name))
		return reply_refuse(reply, CODE_NO_BRIDGE,
			"bridge '%s' does not exist and is not made: a name of this form is a port's",
			name);
	return true;
}

static bool check_mac(struct netlink *route, const struct wire_tap_request *request,
	const struct link *bridge, struct wire_reply *reply)
{
	char mac[MAC_TEXT_SIZE] = "";
	int port = 0;

	if (!(request->flags & WIRE_WITH_MAC))
		return true;
	if (memcmp(request->mac, bridge->mac, MAC_SIZE) == 0)
		return reply_refuse(reply, CODE_MAC_REFUSED,
			"that MAC is the address of bridge '%s' itself", request->bridge);
	port = fdb_find(route, bridge->ifindex, request->mac).ifindex;
	/* That of a guest that has just ended is free. */
	if (port == 0 || pair_is_left_over(route, port))
		return true;
	mac_format(request->mac, mac);
	return reply_refuse(reply, CODE_MAC_IN_USE,
		"MAC %s is in use on another port of bridge '%s'", mac, request->bridge);
}

bool check_bridge(struct netlink *route, const struct wire_tap_request *request,
	const struct policy_rule *rule, uint32_t *ret_mtu, struct wire_reply *reply)
{
	const char *name = request->bridge;
	struct link bridge = {0};
	int error = link_get_by_name(route, name, &bridge);

	*ret_mtu = ETH_DATA_LEN;
	if (error == -ENODEV)
		return check_missing(name, rule, reply);
	if (error < 0)
		return reply_refuse(
			reply, CODE_KERNEL, "the kernel does not say whether '%s' exists", name);
	/* The kernel also answers to alternative names, of which the policy knows nothing. */
	if (strcmp(bridge.name, name) != 0)
		return reply_refuse(reply, CODE_NO_BRIDGE,
			"'%s' is only another name of an interface; ask for the interface's own",
			name);
	if (strcmp(bridge.kind, "bridge") != 0)
		return reply_refuse(reply, CODE_NOT_A_BRIDGE,
			"interface '%s' exists and is not a bridge", name);
	*ret_mtu = bridge.mtu;
	return check_mac(route, request, &bridge, reply);
}

/* SIOCGIFINDEX takes no lock, unlike RTM_GETLINK. */
static bool exists(int socket, const char *name)
{
	struct ifreq request = {0};

	memcpy(request.ifr_name, name, IFNAME_SIZE);
	return ioctl(socket, SIOCGIFINDEX, &request) == 0;
}

bool check_quota(int socket, uint32_t uid, const struct policy_rule *rule, struct wire_reply *reply)
{
	for (unsigned int slot = rule->taps; slot > 0; slot--) {
		char name[IFNAME_SIZE] = "";

		ifname_slot_format(uid, slot - 1, name);
		if (!exists(socket, name))
			return true;
	}
	return reply_refuse(reply, CODE_QUOTA,
		"uid %u has all the ports that %s:%u grants (taps %u); stop a VM to free one", uid,
		rule->file, rule->line, rule->taps);
}
