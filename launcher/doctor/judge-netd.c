/* SPDX-License-Identifier: MIT
 * owrun doctor: judges owvm-netd, the group of its socket, and what the policy grants. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/doctor/facts.h"
#include "launcher/doctor/finding.h"
#include "launcher/netd-client/nets.h"

#define START "sudo systemctl enable --now owvm-netd.socket"
#define RESTART "sudo systemctl restart owvm-netd.socket owvm-netd.service"
#define MESSAGES "sudo journalctl --unit owvm-netd --lines 20"
#define FIRST_RULE \
	"echo 'permit group " NETD_GROUP \
	" bridge ow-%U create' |" \
	" sudo tee -a /etc/owvm/policy.conf && sudo systemctl restart owvm-netd"

/* What helps when netd cannot be asked; NULL: another line says it. */
static const char *command_for(const struct doctor_netd *netd)
{
	switch (netd->error) {
	case -EACCES:
		return netd->standing == GROUP_MEMBER ? RESTART : NULL;
	case -ETIMEDOUT:
	case -EPIPE:
		return netd->kind == NETD_SERVICE ? MESSAGES : NULL;
	default:
		return NULL;
	}
}

static void judge_answer(const struct doctor_netd *netd, json_t *findings)
{
	const char *command = command_for(netd);

	if (netd->kind == NETD_NONE)
		finding_add(findings, FINDING_WARNING, "netd", text_format(START),
			"no owvm-netd runs on this host: VMs have no bridge, only the user network");
	else if (netd->error == -ENODATA && netd->capable)
		finding_add(findings, FINDING_WARNING, "netd", NULL,
			"owvm-netd is a helper with a file capability here, and serves users, not root");
	else if (netd->error == -ENODATA)
		finding_add(findings, FINDING_BROKEN, "netd", text_format(START),
			"the service of owvm-netd is not there, and its helper has no file capability");
	else if (netd->error == 0 || netd->error == -EPERM)
		finding_add(findings, FINDING_OK, "netd", NULL, "owvm-netd answers, as %s",
			netd->kind == NETD_SERVICE ? "a service"
						   : "a helper with a file capability");
	else if (netd->error == -EACCES && netd->standing != GROUP_MEMBER)
		finding_add(findings, FINDING_BROKEN, "netd", NULL,
			"this login may not use owvm-netd: the next line says why");
	else
		finding_add(findings, FINDING_BROKEN, "netd",
			command == NULL ? NULL : text_format("%s", command), "%s", netd->sentence);
}

/* Where netd does not let it in, the group is of no use yet; else only rules for it do not
 * apply. */
static void judge_group(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_netd *netd = &facts->netd;
	enum finding_state state = netd->error == -EACCES ? FINDING_BROKEN : FINDING_WARNING;
	OWNED_MEMORY char *user = shell_word(facts->user);

	switch (netd->standing) {
	case GROUP_MEMBER:
		finding_add(findings, FINDING_OK, "group", NULL,
			"this login is in group '" NETD_GROUP "'");
		break;
	case GROUP_LATER:
		finding_add(findings, state, "group", text_format("newgrp " NETD_GROUP),
			"you are in group '" NETD_GROUP
			"' now, but this login is older than that: log in again, or for this shell alone");
		break;
	case GROUP_OUTSIDE:
		finding_add(findings, facts->uid == 0 ? FINDING_OK : state, "group",
			facts->uid == 0 ? NULL : text_format("sudo adduser %s " NETD_GROUP, user),
			"%s is not in group '" NETD_GROUP "'%s", facts->user,
			facts->uid == 0 ? ", which root does not need"
					: ": the administrator adds you, then log in again");
		break;
	case GROUP_MISSING:
		finding_add(findings, state, "group",
			text_format("sudo groupadd --system " NETD_GROUP),
			"this host has no group '" NETD_GROUP "': owvm is not installed properly");
		break;
	}
}

static const char *text_of(const json_t *net, const char *key)
{
	const char *text = json_string_value(json_object_get(net, key));

	return text == NULL ? "" : text;
}

/* A VM is on its user's own bridge unless something else is said. */
static void judge_own_bridge(const struct doctor_facts *facts, json_t *findings)
{
	OWNED_MEMORY char *bridge = text_format("ow-%u", (unsigned int)facts->uid);

	if (!nets_permit(facts->netd.nets, bridge))
		finding_add(findings, FINDING_WARNING, "policy", text_format("%s", FIRST_RULE),
			"your own bridge '%s', which 'owrun run' uses unless --lan says otherwise, is not permitted",
			bridge);
}

static void judge_net(const json_t *net, json_t *findings)
{
	json_int_t used = json_integer_value(json_object_get(net, "used"));
	json_int_t taps = json_integer_value(json_object_get(net, "taps"));
	const char *bridge = text_of(net, "bridge"), *rule = text_of(net, "rule");

	if (strcmp(text_of(net, "verdict"), "permit") != 0)
		finding_add(findings, FINDING_OK, "policy", NULL,
			"bridge '%s' is denied to you: %s", bridge, rule);
	else if (used >= taps)
		finding_add(findings, FINDING_WARNING, "policy", text_format("owrun ports"),
			"bridge '%s' is permitted, but all %d ports of yours are in use: %s",
			bridge, (int)taps, rule);
	else
		finding_add(findings, FINDING_OK, "policy", NULL,
			"bridge '%s' is permitted, %d of %d ports are in use: %s", bridge,
			(int)used, (int)taps, rule);
}

static void judge_policy(const struct doctor_facts *facts, json_t *findings)
{
	const struct doctor_netd *netd = &facts->netd;

	if (netd->error == -EPERM)
		finding_add(findings, FINDING_BROKEN, "policy", text_format("owvm-policy check"),
			"%s", netd->sentence);
	else if (netd->error != 0)
		finding_add(findings, FINDING_WARNING, "policy", NULL,
			"what it permits cannot be asked without owvm-netd");
	else if (json_array_size(netd->nets) == 0)
		finding_add(findings, FINDING_BROKEN, "policy", text_format("%s", FIRST_RULE),
			"it has no rule for you: no bridge is permitted, not even your own");
	else
		judge_own_bridge(facts, findings);
	for (size_t i = 0; i < json_array_size(netd->nets); i++)
		judge_net(json_array_get(netd->nets, i), findings);
}

void doctor_judge_netd(const struct doctor_facts *facts, json_t *findings)
{
	judge_answer(&facts->netd, findings);
	judge_group(facts, findings);
	judge_policy(facts, findings);
}
