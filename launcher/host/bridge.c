/* SPDX-License-Identifier: MIT
 * A bridge of the host: what everybody may see of it, and what it does to VMs. */
#include "launcher/host/bridge.h"

#include <string.h>

#include "common/cleanup.h"
#include "common/ifname.h"
#include "launcher/base/text.h"
#include "launcher/host/small-file.h"

#define CALLS_IPTABLES "/proc/sys/net/bridge/bridge-nf-call-iptables"
#define NETWORK_MANAGER "/run/NetworkManager/devices"
#define DELAYS 2	   /* a port listens for one forward delay, and learns for another */
#define UNITS_A_SECOND 100 /* of forward_delay: USER_HZ */

static bool by_network_manager(const char *root, const char *name)
{
	OWNED_MEMORY char *path = text_format(
		NETWORK_MANAGER "/%lld", (long long)small_file_of_link(root, name, "ifindex"));
	OWNED_MEMORY char *text = small_file_read(root, path);

	return text != NULL && strstr(text, "managed=true") != NULL;
}

void bridge_look(const char *root, const char *name, struct bridge *ret_bridge)
{
	OWNED_MEMORY char *path = text_format("/sys/class/net/%s/bridge", name);
	struct bridge bridge = {.there = small_file_exists(root, path)};
	int64_t delay = 0;

	if (bridge.there) {
		/* Of a link that is down the kernel does not tell it. */
		bridge.up = small_file_of_link(root, name, "carrier") != SMALL_FILE_ABSENT;
		bridge.calls_iptables =
			small_file_of_link(root, name, "bridge/nf_call_iptables") > 0;
		bridge.by_network_manager = by_network_manager(root, name);
		if (small_file_of_link(root, name, "bridge/stp_state") > 0)
			delay = small_file_of_link(root, name, "bridge/forward_delay");
		if (delay > 0)
			bridge.mute = (unsigned int)(DELAYS * delay / UNITS_A_SECOND);
	}
	*ret_bridge = bridge;
}

enum bridge_port bridge_port_look(const char *root, const char *interface)
{
	/* BR_STATE_ of linux/if_bridge.h */
	static const enum bridge_port ports[] = {BRIDGE_PORT_CLOSED, BRIDGE_PORT_WAITS,
		BRIDGE_PORT_WAITS, BRIDGE_PORT_OPEN, BRIDGE_PORT_CLOSED};
	OWNED_MEMORY char *cable = text_format(
		IFNAME_CABLE "%lld", (long long)small_file_of_link(root, interface, "ifindex"));
	int64_t state = small_file_of_link(root, cable, "brport/state");

	if (state == SMALL_FILE_ABSENT)
		state = small_file_of_link(root, interface, "brport/state");
	if (state < 0 || state >= (int64_t)(sizeof(ports) / sizeof(ports[0])))
		return BRIDGE_PORT_ABSENT;
	return ports[state];
}

bool bridge_is_filtered(const char *root, const char *name)
{
	struct bridge bridge = {0};

	bridge_look(root, name, &bridge);
	return bridge.there &&
	       (bridge.calls_iptables || small_file_number(root, CALLS_IPTABLES) > 0);
}

char *bridge_tell_mute(const char *root, const char *name)
{
	struct bridge bridge = {0};

	bridge_look(root, name, &bridge);
	if (bridge.mute == 0)
		return NULL;
	return text_format(
		"bridge '%s' runs STP: a new port there passes nothing for %u s; 'owrun doctor' tells what helps",
		name, bridge.mute);
}
