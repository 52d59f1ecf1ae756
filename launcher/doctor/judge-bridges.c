/* SPDX-License-Identifier: MIT
 * owrun doctor: judges the bridges that the policy gives this user. */
#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/finding.h"

/* A random one, with the first half that QEMU's addresses have. */
#define ANY_ADDRESS "$(printf 52:54:00; od -An -tx1 -N3 /dev/urandom | tr ' ' :)"

static char *command_against_stp(const struct bridge *kernel, const char *word)
{
	/* NetworkManager would turn it on again. */
	return kernel->by_network_manager
		       ? text_format(
				 "sudo nmcli connection modify \"$(nmcli -g GENERAL.CONNECTION device show %s)\" bridge.stp no && sudo nmcli device reapply %s",
				 word, word)
		       : text_format("sudo ip link set dev %s type bridge stp_state 0", word);
}

static void judge_one(const struct doctor_bridge *bridge, json_t *findings)
{
	OWNED_MEMORY char *word = shell_word(bridge->name);
	const struct bridge *kernel = &bridge->kernel;

	if (!kernel->up && bridge->has_vms)
		finding_add(findings, FINDING_BROKEN, "bridge",
			text_format("sudo ip link set dev %s up", word),
			"bridge '%s' is down: the VMs on it hear nobody", bridge->name);
	if (kernel->mute > 0)
		finding_add(findings, FINDING_WARNING, "bridge", command_against_stp(kernel, word),
			"bridge '%s' runs STP: a new port passes nothing for %u s, and a VM that boots gets no DHCP answer; a bridge with one way to each of its networks needs no STP",
			bridge->name, kernel->mute);
	if (kernel->up && bridge->uplink[0] != '\0' && !bridge->leads_out)
		finding_add(findings, FINDING_WARNING, "bridge", NULL,
			"bridge '%s': '%s' has no carrier, and nothing else leads out of this host: VMs there reach each other alone",
			bridge->name, bridge->uplink);
	if (kernel->calls_iptables)
		finding_add(findings, FINDING_WARNING, "bridge",
			text_format("sudo ip link set dev %s type bridge nf_call_iptables 0", word),
			"bridge '%s' passes its frames through the FORWARD chain: what that drops does not get from one VM to another",
			bridge->name);
	if (kernel->by_network_manager)
		finding_add(findings, FINDING_OK, "bridge", NULL,
			"NetworkManager manages bridge '%s': when it activates that connection again, VMs that run lose the bridge until they are started again",
			bridge->name);
	if (bridge->drifts)
		finding_add(findings, FINDING_WARNING, "bridge",
			text_format("sudo ip link set dev %s address " ANY_ADDRESS, word),
			"bridge '%s' has no address of its own: it changes as VMs come and go, and those that run lose the host for a while",
			bridge->name);
}

void doctor_judge_bridges(const struct doctor_facts *facts, json_t *findings)
{
	for (size_t i = 0; i < facts->n_bridges; i++)
		judge_one(&facts->bridges[i], findings);
}
