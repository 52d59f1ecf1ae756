/* SPDX-License-Identifier: MIT
 * `owrun lan`: a command on a bridge. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/host/bridge.h"
#include "launcher/netns/session.h"
#include "launcher/netns/where.h"

#define INTERFACE "eth0"
#define LEASE_TIMEOUT 15 /* seconds */

/* Who should have answered. */
static int say_no_lease(const struct session *session, char **reterr_text)
{
	const char *bridge = session->netns.bridge;
	OWNED_MEMORY char *vms = where_vms(bridge);

	return text_fail(reterr_text, -ETIMEDOUT,
		"%s: %s on it; '--address CIDR' or '--address none' does without a lease",
		*reterr_text, vms == NULL ? "none of your VMs is" : vms);
}

static int run(struct options *options, char **reterr_text)
{
	char bridge[IFNAME_SIZE] = "";
	OWNED_MEMORY char *mute = NULL;
	struct bridge kernel = {0};
	struct session session = {
		.netns = {.bridge = bridge,
			.interface = options->interface == NULL ? INTERFACE : options->interface,
			.use = "lan",
			.root = options->root,
			.mounts = !options->here,
			.address = options->address},
		.here = options->here,
		.dhcp = !options->no_dhcp,
		.timeout = options->has_timeout ? options->timeout : LEASE_TIMEOUT,
		.argv = options->n_rest == 0 ? NULL : options->rest,
	};
	int r = where_find(options->operand, options->trust_directory, bridge, reterr_text);

	if (r < 0)
		return r;
	bridge_look("", bridge, &kernel);
	mute = bridge_tell_mute("", bridge);
	if (mute != NULL)
		text_say("%s", mute);
	if (!options->has_timeout)
		session.timeout += kernel.mute;
	r = session_run(&session, reterr_text);
	if (r == -ENXIO && strcmp(bridge, options->operand) == 0)
		where_doubt(bridge, reterr_text);
	return r == -ETIMEDOUT && session.dhcp ? say_no_lease(&session, reterr_text) : r;
}

int lan_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = run(options, &error);

	if (r < 0)
		text_say("%s", error);
	return r < 0 ? SESSION_FAILED : r;
}
