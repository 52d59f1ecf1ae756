/* SPDX-License-Identifier: MIT
 * owrun doctor --vm: the ports of a running VM. */
#include "launcher/doctor/vm-lan.h"

#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/doctor/finding.h"
#include "launcher/host/bridge.h"
#include "launcher/netd-client/nets.h"

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* The user's port of that name among what netd lists, or NULL. */
static const json_t *find_port(const json_t *ports, const char *interface)
{
	for (size_t i = 0; i < json_array_size(ports); i++)
		if (strcmp(text_of(json_array_get(ports, i), "interface"), interface) == 0)
			return json_array_get(ports, i);
	return NULL;
}

/* The port is as netd made it: does the bridge pass its frames? */
static void judge_bridge(const char *interface, const char *bridge, json_t *findings)
{
	OWNED_MEMORY char *word = shell_word(bridge);
	struct bridge kernel = {0};
	enum bridge_port port = bridge_port_look("", interface);

	bridge_look("", bridge, &kernel);
	if (!kernel.up)
		finding_add(findings, FINDING_BROKEN, "lan",
			text_format("sudo ip link set dev %s up", word),
			"bridge '%s' is down: the port '%s' hears nobody", bridge, interface);
	else if (port == BRIDGE_PORT_WAITS)
		finding_add(findings, FINDING_WARNING, "lan", text_format("owrun doctor"),
			"the port '%s' passes nothing yet: bridge '%s' looks for loops first, by STP",
			interface, bridge);
	else if (port == BRIDGE_PORT_CLOSED)
		finding_add(findings, FINDING_BROKEN, "lan", text_format("owrun doctor"),
			"bridge '%s' blocks the port '%s', as STP has it do where there is a loop",
			bridge, interface);
	else
		finding_add(findings, FINDING_OK, "lan", NULL,
			"the port '%s' is up on bridge '%s'; 'owrun lan %s' makes you a client there",
			interface, bridge, bridge);
}

static void judge_port(
	const json_t *ports, const char *interface, const char *bridge, json_t *findings)
{
	const json_t *port = find_port(ports, interface);
	OWNED_MEMORY char *word = shell_word(interface);

	if (port == NULL)
		finding_add(findings, FINDING_BROKEN, "lan", text_format("owrun ports"),
			"the port '%s' is gone: owvm-netd or the administrator removed it; start the VM again",
			interface);
	else if (strcmp(text_of(port, "bridge"), bridge) != 0)
		finding_add(findings, FINDING_BROKEN, "lan", text_format("owrun ports"),
			"the port '%s' is not on bridge '%s' any more; start the VM again",
			interface, bridge);
	else if (strcmp(text_of(port, "state"), "up") != 0)
		finding_add(findings, FINDING_BROKEN, "lan",
			text_format("sudo ip link set %s up", word), "the port '%s' is down",
			interface);
	else
		judge_bridge(interface, bridge, findings);
}

/* Judge each port that the VM was started with. */
static void judge_ports(const json_t *ports, const json_t *nics, json_t *findings)
{
	for (size_t i = 0; i < json_array_size(nics); i++) {
		const json_t *nic = json_array_get(nics, i);
		const char *interface = text_of(nic, "interface");

		if (interface[0] != '\0')
			judge_port(ports, interface, text_of(nic, "network"), findings);
	}
}

void doctor_vm_lan(const json_t *state, json_t *findings)
{
	OWNED_MEMORY char *error = NULL;
	const char *first = text_of(state, "interface"), *lan = text_of(state, "lan");
	json_t *ports = json_array();
	struct netd_client client = {0};

	netd_client_init(&client);
	if (first[0] == '\0')
		finding_add(findings, FINDING_OK, "lan", NULL,
			"the VM has no port: its LAN is '%s'", lan);
	else if (nets_fetch_ports(&client, ports, &error) < 0)
		finding_add(findings, FINDING_WARNING, "lan", text_format("owrun doctor"),
			"whether the port '%s' is up cannot be asked: %s", first, error);
	else
		judge_ports(ports, json_object_get(state, "nics"), findings);
	json_decref(ports);
}
