/* SPDX-License-Identifier: MIT
 * A network namespace of the user's own, with an Ethernet port on a bridge. */
#include "launcher/netns/netns.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/base/user-namespace.h"
#include "launcher/netd-client/client.h"
#include "launcher/netns/link.h"
#include "launcher/netns/port.h"

static int leave(const struct netns *netns, char **reterr_text)
{
	int r = user_namespace_enter(CLONE_NEWNET | (netns->mounts ? CLONE_NEWNS : 0), netns->root);

	if (r == 0 && netns->mounts && mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		r = -errno;
	return r < 0 ? user_namespace_fail(-r, reterr_text) : 0;
}

/* Without the right to raw sockets ping uses sockets of its own, which groups in this range may
 * make, icmp(7). Where /proc may not be written it does without. */
static void permit_ping(void)
{
	OWNED_MEMORY char *range = text_format("%u %u", getegid(), getegid());

	(void)file_write("/proc/sys/net/ipv4/ping_group_range", range);
}

static int configure(const struct netns *netns, char **reterr_text)
{
	int r = link_up(netns->interface, reterr_text);

	if (r == 0 && netns->address.prefix != 0)
		r = link_set_address(
			netns->interface, &(struct cidr){0}, &netns->address, reterr_text);
	if (r == 0 && netns->gateway != 0)
		r = link_set_gateway(netns->interface, netns->gateway, reterr_text);
	return r;
}

static int ask(const struct netns *netns, const struct netd_client *client, uid_t uid,
	struct wire_tap_reply *ret_port, char **reterr_text)
{
	const struct port port = {.bridge = netns->bridge,
		.interface = netns->interface,
		.use = netns->use,
		.uid = uid};

	return port_ask(&port, client, ret_port, reterr_text);
}

int netns_enter(const struct netns *netns, struct wire_tap_reply *ret_port, char **reterr_text)
{
	OWNED_NETD_CLIENT client = {0};
	uid_t uid = geteuid();
	int r = 0;

	netd_client_init(&client);
	r = netd_client_stay(&client, reterr_text);
	if (r == 0)
		r = leave(netns, reterr_text);
	if (r == 0)
		r = link_up("lo", reterr_text);
	if (r < 0)
		return r;
	permit_ping();
	r = ask(netns, &client, uid, ret_port, reterr_text);
	return r < 0 ? r : configure(netns, reterr_text);
}

static bool take_number(const char **text, uint32_t *ret_number)
{
	const char *from = *text + strspn(*text, " ");
	size_t length = strspn(from, "0123456789");

	*text = from + length;
	return number_parse(from, length, UINT32_MAX, ret_number);
}

/* The user of this process as the host knows him: 0 of a container may be any user. */
static uid_t outer_uid(void)
{
	FILE *map = fopen("/proc/self/uid_map", "re");
	OWNED_MEMORY char *line = NULL;
	uid_t uid = geteuid(), found = uid;
	size_t size = 0;

	while (map != NULL && getline(&line, &size, map) > 0) {
		const char *rest = line;
		uint32_t inside = 0, outside = 0, n = 0;

		if (take_number(&rest, &inside) && take_number(&rest, &outside) &&
			take_number(&rest, &n) && uid >= inside && uid - inside < n)
			found = outside + (uid - inside);
	}
	if (map != NULL)
		fclose(map);
	return found;
}

int netns_join(const struct netns *netns, struct wire_tap_reply *ret_port, char **reterr_text)
{
	OWNED_MEMORY char *ignored = NULL;
	struct netd_client client = {0};
	int r = 0;

	netd_client_init(&client);
	/* What may not do that can do nothing with a port. */
	r = link_up("lo", reterr_text);
	if (r < 0)
		return text_fail(reterr_text, r,
			"%s; in this network namespace that needs CAP_NET_ADMIN", *reterr_text);
	r = ask(netns, &client, outer_uid(), ret_port, reterr_text);
	if (r < 0)
		return r;
	r = configure(netns, reterr_text);
	if (r < 0)
		(void)!link_delete(netns->interface, &ignored);
	return r;
}
