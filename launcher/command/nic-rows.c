/* SPDX-License-Identifier: MIT
 * All NICs of a VM: those of its start, and those that were plugged in since. */
#include "launcher/command/nic-rows.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/netd-client/nets.h"
#include "launcher/qemu/hotplug.h"

static bool same_text(const json_t *object, const char *key, const char *text)
{
	const char *other = json_string_value(json_object_get(object, key));

	return other != NULL && text != NULL && strcmp(other, text) == 0;
}

/* The port that netd has of the VM with that address, borrowed; NULL: it has none. */
static const json_t *port_of(const json_t *ports, const char *name, const char *mac)
{
	for (size_t i = 0; i < json_array_size(ports); i++)
		if (same_text(json_array_get(ports, i), "vm", name) &&
			same_text(json_array_get(ports, i), "mac", mac))
			return json_array_get(ports, i);
	return NULL;
}

static json_t *copy(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return value == NULL ? json_null() : json_incref(value);
}

/* Where QEMU does not say that it is a user network it is a port. */
static void add_plugged(json_t *nics, const char *name, const json_t *plugged)
{
	OWNED_MEMORY char *ignored = NULL;
	json_auto_t *ports = json_array();
	struct netd_client client = {0};

	netd_client_init(&client);
	if (json_array_size(plugged) > 0)
		(void)!nets_fetch_ports(&client, ports, &ignored);
	for (size_t i = 0; i < json_array_size(plugged); i++) {
		json_t *row = json_array_get(plugged, i);
		const json_t *port =
			port_of(ports, name, json_string_value(json_object_get(row, "mac")));

		if (!same_text(row, "network", "user"))
			json_object_set_new(row, "network", copy(port, "bridge"));
		json_object_set_new(row, "interface", copy(port, "interface"));
		json_array_append(nics, row);
	}
}

int nic_rows_add(const char *name, const struct runtime *runtime, json_t *state, int timeout_ms,
	char **reterr_text)
{
	json_t *nics = json_object_get(state, "nics");
	json_auto_t *plugged = NULL;

	if (!json_is_array(nics)) {
		nics = json_array();
		json_object_set_new(state, "nics", nics);
	}
	for (size_t i = 0; i < json_array_size(nics); i++) {
		OWNED_MEMORY char *id = text_format("eth%zu", i);
		json_t *nic = json_array_get(nics, i);

		json_object_set_new(nic, "id", json_string(id));
		/* Of its passt, which is judged before. */
		json_object_del(nic, "start");
	}
	if (runtime == NULL)
		return 0;
	plugged = hotplug_list(runtime, timeout_ms, reterr_text);
	if (plugged == NULL)
		return -EIO;
	add_plugged(nics, name, plugged);
	return 0;
}
