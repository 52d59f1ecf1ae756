/* SPDX-License-Identifier: MIT
 * Who is on which network: what netd and the VMs tell, put together. */
#include "launcher/map/map.h"

#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/vm/forward.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool same_text(const json_t *a, const char *key, const char *text)
{
	const char *value = text_of(a, key);

	return value != NULL && text != NULL && strcmp(value, text) == 0;
}

char *map_word(const json_t *object, const char *key)
{
	const char *text = text_of(object, key);

	return visible_line(text == NULL ? "" : text);
}

static void add(json_t *network, json_t *member)
{
	if (member == NULL)
		abort();
	json_array_append_new(json_object_get(network, "members"), member);
}

/* A network that nobody is on but this host, where it has addresses there. */
static json_t *make_network(const struct map_facts *facts, const char *bridge)
{
	const json_t *hosts = bridge == NULL ? NULL : json_object_get(facts->hosts, bridge);
	json_t *made = json_pack("{s:s?, s:[]}", "bridge", bridge, "members");

	if (made == NULL)
		abort();
	for (size_t i = 0; i < json_array_size(hosts); i++)
		add(made, json_pack("{s:s, s:n, s:n, s:n, s:O, s:n, s:n, s:n, s:[]}", "kind",
				  "host", "name", "nic", "mac", "address", json_array_get(hosts, i),
				  "interface", "uid", "state", "forwards"));
	return made;
}

/* The network of that bridge (NULL: of user networks), which is made where it is new. Borrowed. */
static json_t *network(json_t *map, const struct map_facts *facts, const char *bridge)
{
	for (size_t i = 0; i < json_array_size(map); i++) {
		json_t *one = json_array_get(map, i);

		if (bridge == NULL ? json_is_null(json_object_get(one, "bridge"))
				   : same_text(one, "bridge", bridge))
			return one;
	}
	json_array_append_new(map, make_network(facts, bridge));
	return json_array_get(map, json_array_size(map) - 1);
}

/* Has the NIC a user network, QEMU's or passt's? */
static bool is_user(const json_t *nic)
{
	return !json_is_string(json_object_get(nic, "interface")) &&
	       (same_text(nic, "network", "user") || same_text(nic, "network", "passt"));
}

/* The number of the VM's first user network that is no LAN, or of NICs where there is none. */
static size_t first_wan(const json_t *nics)
{
	size_t i = 0;

	while (i < json_array_size(nics) &&
		(!is_user(json_array_get(nics, i)) ||
			json_object_get(json_array_get(nics, i), "guest") != NULL))
		i++;
	return i;
}

/* Read a forward as it is noted; NULL or nonsense is none. */
static bool read_forward(const char *text, struct forward *ret_forward)
{
	OWNED_MEMORY char *ignored = NULL;

	return text != NULL && forward_parse(text, ret_forward, &ignored) == 0;
}

const char *map_kind(const json_t *member)
{
	const char *kind = text_of(member, "kind");

	return strcmp(kind, "host") == 0 ? "this host" : kind;
}

char *map_forward(const char *text, const char *arrow)
{
	struct forward forward = {0};

	if (!read_forward(text, &forward))
		return visible_line(text == NULL ? "" : text);
	return text_format("%s:%u %s %s%s%u%s", forward.address, forward.host, arrow,
		forward.guest_address, forward.guest_address[0] == '\0' ? "" : ":", forward.guest,
		forward.udp ? "/udp" : "");
}

/* Those that lead to that NIC: the LAN, or the WAN. */
static json_t *forwards_of(const json_t *vm, size_t nic)
{
	const json_t *forwards = json_object_get(vm, "forwards");
	size_t wan = first_wan(json_object_get(vm, "nics"));
	json_t *array = json_array();

	for (size_t i = 0; i < json_array_size(forwards); i++) {
		json_t *text = json_array_get(forwards, i);
		struct forward forward = {0};

		if (read_forward(json_string_value(text), &forward) &&
			nic == (forward.wan ? wan : 0))
			json_array_append(array, text);
	}
	return array;
}

/* A member, or null. */
static json_t *copy(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return value == NULL ? json_null() : json_incref(value);
}

/* A NIC of a VM that runs; `port` is NULL where netd tells of none. */
static json_t *member_of_vm(const json_t *vm, size_t number, const json_t *port)
{
	const json_t *nic = json_array_get(json_object_get(vm, "nics"), number);
	const char *id = text_of(nic, "id");
	OWNED_MEMORY char *name =
		id == NULL ? text_format("eth%zu", number) : text_format("%s", id);
	json_t *address = number == 0 ? copy(vm, "guest_address") : json_null();

	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "kind", "vm", "name",
		copy(vm, "name"), "nic", name, "mac", copy(nic, "mac"), "address", address,
		"interface", copy(nic, "interface"), "uid", copy(vm, "uid"), "state",
		copy(port, "state"), "forwards", forwards_of(vm, number));
}

/* A port of which nothing more is known: a NIC that was plugged in, another user's, a client. */
static json_t *member_of_port(const json_t *port)
{
	bool client = json_is_string(json_object_get(port, "client"));

	return json_pack("{s:s, s:o, s:o, s:o, s:n, s:o, s:o, s:o, s:[]}", "kind",
		client ? "client" : "vm", "name", copy(port, "vm"), "nic", copy(port, "client"),
		"mac", copy(port, "mac"), "address", "interface", copy(port, "interface"), "uid",
		copy(port, "uid"), "state", copy(port, "state"), "forwards");
}

/* The port of that name; NULL: netd tells of none. Borrowed. */
static const json_t *port_of(const json_t *ports, const char *interface)
{
	for (size_t i = 0; i < json_array_size(ports); i++)
		if (same_text(json_array_get(ports, i), "interface", interface))
			return json_array_get(ports, i);
	return NULL;
}

/* Is it the port of a NIC of one of the VMs? */
static bool is_of_vm(const json_t *vms, const json_t *port)
{
	for (size_t i = 0; i < json_array_size(vms); i++) {
		const json_t *nics = json_object_get(json_array_get(vms, i), "nics");

		for (size_t j = 0; j < json_array_size(nics); j++)
			if (same_text(json_array_get(nics, j), "interface",
				    text_of(port, "interface")))
				return true;
	}
	return false;
}

static void add_vm(json_t *map, const struct map_facts *facts, const json_t *vm)
{
	const json_t *nics = json_object_get(vm, "nics");

	for (size_t i = 0; i < json_array_size(nics); i++) {
		const json_t *nic = json_array_get(nics, i);
		const json_t *port = port_of(facts->ports, text_of(nic, "interface"));
		const char *bridge = port != NULL ? text_of(port, "bridge") : NULL;

		if (bridge == NULL && !is_user(nic))
			bridge = text_of(nic, "network");
		add(network(map, facts, bridge), member_of_vm(vm, i, port));
	}
}

/* Bridges by name, then the rest. */
static int compare(const void *a, const void *b)
{
	const char *one = text_of(*(json_t *const *)a, "bridge");
	const char *other = text_of(*(json_t *const *)b, "bridge");

	if (one == NULL || other == NULL)
		return (one == NULL) - (other == NULL);
	return strcmp(one, other);
}

static json_t *sorted(json_t *map)
{
	size_t n = json_array_size(map);
	json_t **networks = calloc(n + 1, sizeof(*networks));
	json_t *result = json_array();

	if (networks == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		networks[i] = json_array_get(map, i);
	qsort(networks, n, sizeof(*networks), compare);
	for (size_t i = 0; i < n; i++)
		json_array_append(result, networks[i]);
	free(networks);
	json_decref(map);
	return result;
}

json_t *map_make(const struct map_facts *facts)
{
	json_t *map = json_array();

	for (size_t i = 0; i < json_array_size(facts->vms); i++)
		add_vm(map, facts, json_array_get(facts->vms, i));
	for (size_t i = 0; i < json_array_size(facts->ports); i++) {
		const json_t *port = json_array_get(facts->ports, i);
		const char *bridge = text_of(port, "bridge");

		/* One that its holder took off its bridge is about to go. */
		if (bridge != NULL && !is_of_vm(facts->vms, port))
			add(network(map, facts, bridge), member_of_port(port));
	}
	return sorted(map);
}
