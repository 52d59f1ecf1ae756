/* SPDX-License-Identifier: MIT
 * `owrun nets` and `owrun ports`: netd's lists as tables. */
#include <jansson.h>
#include <stdlib.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/netd-client/nets.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

static const struct report_column nets_columns[] = {
	{"bridge", "BRIDGE"},
	{"verdict", "VERDICT"},
	{"used", "USED"},
	{"taps", "OF"},
	{"queues", "QUEUES"},
	{"mtu", "MTU"},
	{"rate", "RATE"},
	{"mac", "MAC"},
	{"options", "OPTIONS"},
	{"rule", "RULE"},
	{0},
};

static const struct report_column ports_columns[] = {
	{"interface", "INTERFACE"},
	{"bridge", "BRIDGE"},
	{"state", "STATE"},
	{"mac", "MAC"},
	{"host_mac", "HOST-MAC"},
	{"vm", "VM"},
	{"client", "CLIENT"},
	{"uid", "UID"},
	{0},
};

static int run(int (*fetch)(const struct netd_client *client, json_t *rows, char **reterr_text),
	const struct report_column *columns, const char *none, const struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	json_t *rows = json_array();
	struct netd_client client = {0};
	int r = 0;

	if (rows == NULL)
		abort();
	netd_client_init(&client);
	r = fetch(&client, rows, &error);
	if (r < 0)
		text_say("%s", error);
	else if (json_array_size(rows) == 0)
		text_say("%s", none);
	if (r == 0)
		report_print(rows, columns, options->json, stdout);
	json_decref(rows);
	return r < 0 ? 1 : 0;
}

int nets_run(struct options *options)
{
	return run(nets_fetch, nets_columns, "the policy has no rule for you: nothing is permitted",
		options);
}

static void find_forward(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	json_auto_t *state = state_read(runtime);
	struct forward forward = {0};
	bool *found = context;

	(void)name;
	*found = *found || (alive && state_forward(state, 0, &forward));
}

/* Who comes from docker looks for forwards here. */
static void tell_forwards(void)
{
	struct runtime_places places = {0};
	bool found = false;

	runtime_places_init(&places);
	runtime_each(&places, find_forward, &found);
	if (found)
		text_say("'owrun forward ls' lists the ports of this host that lead into VMs");
}

int ports_run(struct options *options)
{
	int status = run(nets_fetch_ports, ports_columns,
		"no ports: nothing of yours is on a bridge", options);

	if (!options->json)
		tell_forwards();
	return status;
}
