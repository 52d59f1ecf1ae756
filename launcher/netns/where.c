/* SPDX-License-Identifier: MIT
 * Which bridge an operand means: its own name, or the LAN of a VM that runs. */
#include "launcher/netns/where.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/home/vm-find.h"
#include "launcher/netd-client/nets.h"
#include "launcher/options/resolve.h"
#include "launcher/runtime/state.h"

bool where_is_bridge(const char *name)
{
	OWNED_MEMORY char *path = text_format("/sys/class/net/%s/bridge", name);

	return ifname_valid(name, strlen(name)) && access(path, F_OK) == 0;
}

/* The bridge of the VM's first NIC on one, which the caller frees; NULL: there is none. */
static char *bridge_of(const struct runtime *runtime)
{
	json_t *state = state_read(runtime);
	const json_t *nics = json_object_get(state, "nics");
	char *bridge = NULL;

	for (size_t i = 0; i < json_array_size(nics) && bridge == NULL; i++) {
		const json_t *nic = json_array_get(nics, i);

		if (json_is_string(json_object_get(nic, "interface")))
			bridge = state_text(nic, "network");
	}
	json_decref(state);
	return bridge;
}

static int of_vm(const char *name, const struct runtime *runtime, char ret_bridge[IFNAME_SIZE],
	char **reterr_text)
{
	OWNED_MEMORY char *bridge = bridge_of(runtime);

	if (bridge == NULL || !ifname_valid(bridge, strlen(bridge)))
		return text_fail(reterr_text, -ENODEV,
			"VM '%s' is on no bridge: 'owrun status %s' tells its networks", name,
			name);
	memcpy(ret_bridge, bridge, strlen(bridge) + 1);
	return 0;
}

int where_find(const char *operand, bool trust, char ret_bridge[IFNAME_SIZE], char **reterr_text)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_VMDIR vmdir = VMDIR_NONE;
	OWNED_MEMORY char *name = NULL;
	bool bridge = where_is_bridge(operand);
	int r = resolve_running(operand, trust, &name, &vmdir, reterr_text);

	if (r == 0)
		r = vm_find(name, &vmdir, &runtime, reterr_text);
	if (r == 0 && !bridge)
		return of_vm(name, &runtime, ret_bridge, reterr_text);
	if (r == 0)
		text_say("'%s' is a bridge and a VM: the bridge is taken", operand);
	if (!bridge && (vmdir.fd >= 0 || !ifname_valid(operand, strlen(operand))))
		return r;
	memcpy(ret_bridge, operand, strlen(operand) + 1);
	return 0;
}

void where_doubt(const char *operand, char **reterr_text)
{
	if (!where_is_bridge(operand))
		text_fail(reterr_text, -ENXIO,
			"no VM '%s' is running, and no such bridge is there; 'owrun ls' and 'owrun nets' tell what is; %s",
			operand, *reterr_text);
}

char *where_vms(const char *bridge)
{
	OWNED_MEMORY char *ignored = NULL;
	OWNED_MEMORY char *names = text_format("%s", "");
	json_t *rows = json_array();
	struct netd_client client = {0};
	size_t n = 0;

	netd_client_init(&client);
	(void)!nets_fetch_ports(&client, rows, &ignored);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);
		OWNED_MEMORY char *on = state_text(row, "bridge");
		OWNED_MEMORY char *vm = state_text(row, "vm");

		if (on != NULL && vm != NULL && strcmp(on, bridge) == 0)
			text_append(&names, "%s'%s'", n++ == 0 ? "" : ", ", vm);
	}
	json_decref(rows);
	return n == 0 ? NULL
		      : text_format("VM%s %s %s", n == 1 ? "" : "s", names, n == 1 ? "is" : "are");
}
