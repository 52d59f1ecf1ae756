/* SPDX-License-Identifier: MIT
 * Fuzz target "request": who asks for what, under which policy, on which host. */
#include <string.h>

#include "policy/policy-object.h"
#include "policy/policy-parse.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/request-make.h"
#include "tests/policy/names.h"

static const char *const policies[] = {
	"permit any bridge * taps 3 queues 4 mac any netns\n"
	"permit any bridge ow-%U create taps 2 queues 16 vhost mtu 1400\n"
	"permit group owvm bridge lab0 create taps 100 isolated ip 192.168.7.0/24 queues 2 rate 100\n"
	"deny user mallory bridge *\n",
	"permit user alice bridge ow-%U create taps 1\n"
	"permit user alice bridge lab0 create address 192.168.9.1/24 mtu 9000 mac any\n"
	"permit user 100777 bridge br-lab\n",
	"permit any bridge br-lab vhost queues 16 dhcp-server taps 4\n",
	"permit any bridge br-lab taps 101\n",
	"",
};

static uint32_t groups[] = {2001, 2000};

static const struct peer peers[] = {
	{.uid = 1000, .gids = groups, .n_gids = 1},
	{.uid = 1001, .gids = groups, .n_gids = 2},
	{.uid = 1002, .gids = groups, .n_gids = 2},
	{.uid = 0},
	{.uid = 100777, .gids = groups, .n_gids = 2},
	{.uid = 65534},
	{.uid = UINT32_MAX - 1},
	{.uid = UINT32_MAX},
};

static const char *const bridges[] = {
	"ow-1000", "ow-1001", "lab0", "br-lab", "veth0", "none", "ow1000t1", "ow-0"};

#define N(array) (sizeof(array) / sizeof((array)[0]))

struct policy *request_policy(uint8_t byte)
{
	const char *text = policies[byte % N(policies)];
	struct policy *policy = policy_new("policy.conf", "subuid");

	policy_parse(policy, policy->main, text, strlen(text), &test_names);
	return policy;
}

static void add_link(struct kernel *kernel, const char *name, const char *kind, uint32_t group)
{
	struct kernel_link *link = kernel_add(kernel, name, kind);

	EXPECT(link != NULL);
	link->link.group = group;
	link->link.up = group == 0;
	link->link.mac[0] = 0xfe;
	link->link.mac[5] = (uint8_t)link->link.ifindex;
}

void request_links(struct kernel *kernel, uint8_t byte)
{
	if (byte & 1)
		add_link(kernel, "br-lab", "bridge", 0);
	if (byte & 2)
		add_link(kernel, "lab0", "bridge", LINK_GROUP_BRIDGE);
	if (byte & 4)
		add_link(kernel, "veth0", "veth", 0);
	if (byte & 8)
		add_link(kernel, "ow1000t1", "veth", 0);
	if (byte & 16)
		add_link(kernel, "ow-1000", "bridge", LINK_GROUP_BRIDGE);
	kernel->table.there = (byte & 32) != 0;
	if (byte & 32)
		memcpy(kernel->table.chains[0].name, "host-3", sizeof("host-3"));
}

/* One that is in order, as far as its form goes. */
static void make_tap_request(struct kernel *kernel, struct request_client *client)
{
	struct wire_request request = {.operation = WIRE_TAP};
	struct wire_tap_request *tap = &request.tap;
	const char *bridge = bridges[kernel_byte(kernel) % N(bridges)];
	uint8_t byte = kernel_byte(kernel);

	memcpy(tap->bridge, bridge, strlen(bridge));
	tap->queues = (uint16_t)(1 + byte % WIRE_QUEUES_MAX);
	tap->flags = byte & 16 ? WIRE_WITH_VHOST : 0;
	if (byte & 32)
		memcpy(tap->label, "label", sizeof("label"));
	if (byte & 128) {
		tap->flags |= WIRE_WITH_MAC;
		mac_derive(client->peer->uid, bridge, 0, tap->mac);
		tap->mac[byte & 64 ? 5 : 0] ^= kernel_byte(kernel);
	}
	wire_encode_request(&request, client->data);
	client->size = WIRE_REQUEST_SIZE;
}

static void make_client_request(struct kernel *kernel, struct request_client *client)
{
	static const char *const names[] = {"eth0", "lo", "a-long-name.123"};
	struct wire_request request = {.operation = WIRE_CLIENT};
	const char *bridge = bridges[kernel_byte(kernel) % N(bridges)];
	uint8_t byte = kernel_byte(kernel);

	memcpy(request.client.bridge, bridge, strlen(bridge));
	memcpy(request.client.interface, names[byte % N(names)], strlen(names[byte % N(names)]));
	if (byte & 128) {
		request.client.flags = WIRE_WITH_MAC;
		mac_derive(client->peer->uid, bridge, 0, request.client.mac);
		request.client.mac[5] ^= kernel_byte(kernel);
	}
	wire_encode_request(&request, client->data);
}

static void make_list_request(struct kernel *kernel, struct request_client *client)
{
	struct wire_request request = {.operation = WIRE_NETS};

	request.nets.cursor = kernel_byte(kernel);
	if (request.nets.cursor & 1) {
		request.operation = WIRE_PORTS;
		request.ports.cursor = kernel_byte(kernel);
	}
	wire_encode_request(&request, client->data);
	client->size = WIRE_REQUEST_SIZE;
}

void request_make(struct kernel *kernel, struct request_client *client)
{
	uint8_t byte = kernel_byte(kernel);

	client->peer = &peers[kernel_byte(kernel) % N(peers)];
	client->leaves = (byte & 0xf0) == 0xf0;
	client->size = WIRE_REQUEST_SIZE;
	kernel->owner = client->peer->uid ^ ((byte & 0x78) == 0x38);
	kernel->host_is_it = (byte & 0x78) == 0x28;
	if ((byte & 7) < 4)
		make_tap_request(kernel, client);
	else if ((byte & 7) == 4)
		make_client_request(kernel, client);
	else if ((byte & 7) == 5)
		make_list_request(kernel, client);
	else {
		client->size =
			byte & 8 ? WIRE_REQUEST_SIZE : kernel_byte(kernel) % sizeof(client->data);
		for (size_t i = 0; i < client->size; i++)
			client->data[i] = kernel_byte(kernel);
	}
}
