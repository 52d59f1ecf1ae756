/* SPDX-License-Identifier: MIT
 * owrun doctor: asks owvm-netd, and the group database. */
#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/ifname.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/host.h"
#include "launcher/netd-client/nets.h"

#define ADDRESS_SET 3 /* NET_ADDR_SET of linux/netdevice.h: somebody chose it */

static bool is_users_port(const char *name)
{
	unsigned int slot = 0;
	uint32_t uid = 0;

	return ifname_slot_parse(name, &uid, &slot) ||
	       strncmp(name, IFNAME_CABLE, strlen(IFNAME_CABLE)) == 0;
}

/* Is nothing on the bridge but ports of netd's, or nothing at all? */
static bool only_users_ports(const char *root, const char *bridge)
{
	OWNED_MEMORY char *path = text_format("%s/sys/class/net/%s/brif", root, bridge);
	DIR *ports = opendir(path);
	bool only = ports != NULL;

	if (ports == NULL)
		return false; /* not there yet, or no bridge */
	for (const struct dirent *port = readdir(ports); port != NULL; port = readdir(ports))
		if (port->d_name[0] != '.' && !is_users_port(port->d_name))
			only = false;
	closedir(ports);
	return only;
}

/* A bridge that nobody gave an address has the lowest one of its ports: that of the uplink, as
 * ports of netd have high ones; but without an uplink, that of one user's port or another's. */
static bool drifts(const char *root, const char *bridge)
{
	OWNED_MEMORY char *path = text_format("/sys/class/net/%s/addr_assign_type", bridge);

	return only_users_ports(root, bridge) && doctor_host_number(root, path) != ADDRESS_SET;
}

/* Of the bridges that rules name; each once. */
static json_t *drifting(const char *root, const json_t *nets)
{
	json_t *names = json_object();

	for (size_t i = 0; i < json_array_size(nets); i++) {
		const json_t *name = json_object_get(json_array_get(nets, i), "bridge");
		const char *text = json_string_value(name);

		if (ifname_valid(text, json_string_length(name)) && drifts(root, text))
			json_object_set_new(names, text, json_null());
	}
	return names;
}

void doctor_probe_netd(struct doctor_facts *facts)
{
	struct doctor_netd *netd = &facts->netd;
	struct netd_client client = {0};

	netd_client_init(&client);
	netd->kind = netd_client_find(&client);
	netd->nets = json_array();
	netd->capable = client.helper != NULL && doctor_host_capable(client.helper);
	/* What the helper would say about that goes to stderr. */
	if (netd->kind == NETD_HELPER && (!netd->capable || facts->uid == 0))
		netd->error = -ENODATA;
	else
		netd->error = nets_fetch(&client, netd->nets, &netd->sentence);
	netd->drifting = drifting(facts->root, netd->nets);
	netd->standing = group_standing(NETD_GROUP);
}
