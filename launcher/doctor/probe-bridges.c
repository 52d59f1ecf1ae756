/* SPDX-License-Identifier: MIT
 * owrun doctor: looks at the bridges that the policy gives this user. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/ifname.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/host/small-file.h"
#include "launcher/netd-client/nets.h"

#define ADDRESS_SET 3 /* NET_ADDR_SET of linux/netdevice.h: somebody chose it */

static bool is_users_port(const char *name)
{
	unsigned int slot = 0;
	uint32_t uid = 0;

	return ifname_slot_parse(name, &uid, &slot) ||
	       strncmp(name, IFNAME_CABLE, strlen(IFNAME_CABLE)) == 0;
}

/* Call visit for each name in a directory, in their order. */
static void each_name(const char *root, const char *directory, void *context,
	void (*visit)(const char *root, const char *name, void *context))
{
	OWNED_MEMORY char *path = text_format("%s%s", root, directory);
	struct dirent **entries = NULL;
	int n = file_names(-1, path, &entries);

	for (int i = 0; i < n; i++) {
		if (ifname_valid(entries[i]->d_name, strlen(entries[i]->d_name)))
			visit(root, entries[i]->d_name, context);
		free(entries[i]);
	}
	free(entries);
}

static void look_at_port(const char *root, const char *name, void *context)
{
	struct doctor_bridge *bridge = context;

	if (is_users_port(name)) {
		bridge->has_vms = true;
		return;
	}
	bridge->leads_out = bridge->leads_out || small_file_of_link(root, name, "carrier") == 1;
	if (bridge->uplink[0] == '\0')
		memcpy(bridge->uplink, name, strlen(name) + 1);
}

static void look_at_link(const char *root, const char *name, void *context)
{
	struct doctor_facts *facts = context;
	struct doctor_bridge bridge = {0};
	OWNED_MEMORY char *ports = text_format("/sys/class/net/%s/brif", name);

	if (facts->n_bridges == DOCTOR_BRIDGES_MAX || !nets_permit(facts->netd.nets, name))
		return;
	bridge_look(root, name, &bridge.kernel);
	if (!bridge.kernel.there)
		return;
	memcpy(bridge.name, name, strlen(name) + 1);
	each_name(root, ports, &bridge, look_at_port);
	/* A bridge that nobody gave an address has the lowest one of its ports: that of the uplink,
	 * as ports of netd have high ones; but without an uplink, that of one user's port or
	 * another's. */
	bridge.drifts = bridge.uplink[0] == '\0' &&
			small_file_of_link(root, name, "addr_assign_type") != ADDRESS_SET;
	facts->bridges[facts->n_bridges++] = bridge;
}

void doctor_probe_bridges(struct doctor_facts *facts)
{
	each_name(facts->root, "/sys/class/net", facts, look_at_link);
}
