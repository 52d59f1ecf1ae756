/* SPDX-License-Identifier: MIT
 * Links, addresses and routes of the network namespace that this process is in, by libnl. */
#include "launcher/netns/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/errno.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/route.h>
#include <netlink/socket.h>
#include <stdlib.h>

#include "launcher/base/text.h"

#define OWNED_SOCKET __attribute__((cleanup(release_socket))) struct nl_sock *
#define OWNED_OBJECT __attribute__((cleanup(release_object)))
#define OWNED_ADDRESS __attribute__((cleanup(release_address))) struct nl_addr *

static void release_socket(struct nl_sock **socket)
{
	nl_socket_free(*socket);
}

static void release_object(void *object)
{
	nl_object_put(*(struct nl_object **)object);
}

static void release_address(struct nl_addr **address)
{
	nl_addr_put(*address);
}

static void *must(void *object)
{
	if (object == NULL)
		abort();
	return object;
}

static int say(const char *what, const char *name, int error, char **reterr_text)
{
	return text_fail(reterr_text, -EIO, "cannot %s '%s': %s", what, name, nl_geterror(error));
}

/* A socket, and the link of that name. */
static int find(const char *name, struct nl_sock **ret_socket, struct rtnl_link **ret_link,
	char **reterr_text)
{
	OWNED_SOCKET socket = must(nl_socket_alloc());
	int r = nl_connect(socket, NETLINK_ROUTE);

	if (r == 0)
		r = rtnl_link_get_kernel(socket, 0, name, ret_link);
	if (r < 0)
		return say("find the interface", name, r, reterr_text);
	*ret_socket = socket;
	socket = NULL;
	return 0;
}

int link_up(const char *name, char **reterr_text)
{
	OWNED_SOCKET socket = NULL;
	OWNED_OBJECT struct rtnl_link *link = NULL;
	OWNED_OBJECT struct rtnl_link *change = must(rtnl_link_alloc());
	int r = find(name, &socket, &link, reterr_text);

	if (r < 0)
		return r;
	rtnl_link_set_flags(change, IFF_UP);
	r = rtnl_link_change(socket, link, change, 0);
	return r < 0 ? say("bring up the interface", name, r, reterr_text) : 0;
}

int link_delete(const char *name, char **reterr_text)
{
	OWNED_SOCKET socket = NULL;
	OWNED_OBJECT struct rtnl_link *link = NULL;
	int r = find(name, &socket, &link, reterr_text);

	if (r < 0)
		return r;
	r = rtnl_link_delete(socket, link);
	return r < 0 ? say("delete the interface", name, r, reterr_text) : 0;
}

/* The address of libnl, which the caller gives back. */
static struct nl_addr *address_of(uint32_t address, unsigned int prefix)
{
	uint32_t bytes = htonl(address);
	struct nl_addr *made = must(nl_addr_build(AF_INET, &bytes, sizeof(bytes)));

	nl_addr_set_prefixlen(made, (int)prefix);
	return made;
}

static struct rtnl_addr *of_link(const struct cidr *cidr, struct rtnl_link *link)
{
	OWNED_ADDRESS local = address_of(cidr->address, cidr->prefix);
	OWNED_ADDRESS broadcast = address_of(cidr->address | ~cidr_mask(cidr), 32);
	struct rtnl_addr *address = must(rtnl_addr_alloc());

	rtnl_addr_set_ifindex(address, rtnl_link_get_ifindex(link));
	rtnl_addr_set_local(address, local);
	if (cidr->prefix < 31)
		rtnl_addr_set_broadcast(address, broadcast);
	return address;
}

int link_set_address(
	const char *name, const struct cidr *older, const struct cidr *address, char **reterr_text)
{
	OWNED_SOCKET socket = NULL;
	OWNED_OBJECT struct rtnl_link *link = NULL;
	int r = find(name, &socket, &link, reterr_text);

	if (r < 0)
		return r;
	if (older->prefix != 0) {
		OWNED_OBJECT struct rtnl_addr *object = of_link(older, link);

		(void)rtnl_addr_delete(socket, object, 0);
	}
	if (address->prefix != 0) {
		OWNED_OBJECT struct rtnl_addr *object = of_link(address, link);

		r = rtnl_addr_add(socket, object, NLM_F_REPLACE);
	}
	return r < 0 ? say("set the address of", name, r, reterr_text) : 0;
}

int link_set_gateway(const char *name, uint32_t gateway, char **reterr_text)
{
	OWNED_SOCKET socket = NULL;
	OWNED_OBJECT struct rtnl_link *link = NULL;
	OWNED_OBJECT struct rtnl_route *route = must(rtnl_route_alloc());
	OWNED_ADDRESS everywhere = address_of(0, 0);
	OWNED_ADDRESS router = address_of(gateway, 32);
	struct rtnl_nexthop *hop = must(rtnl_route_nh_alloc());
	int r = find(name, &socket, &link, reterr_text);

	rtnl_route_nh_set_gateway(hop, router);
	rtnl_route_nh_set_flags(hop, RTNH_F_ONLINK);
	rtnl_route_nh_set_ifindex(hop, r < 0 ? 0 : rtnl_link_get_ifindex(link));
	/* It is the route's from here on. */
	rtnl_route_add_nexthop(route, hop);
	if (r < 0)
		return r;
	if (rtnl_route_set_dst(route, everywhere) < 0)
		abort();
	r = rtnl_route_add(socket, route, NLM_F_REPLACE);
	return r < 0 ? say("set the default route by", name, r, reterr_text) : 0;
}
