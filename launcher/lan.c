/* SPDX-License-Identifier: MIT
 * The LAN side of a VM: when it falls back to a user network, and its port from netd. */
#include "launcher/lan.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/text.h"

bool lan_settle(struct vm *vm, const struct door *door)
{
	static const struct forward web = {.address = "127.0.0.1", .guest = 80};
	bool falls_back =
		vm->lan == VM_NETWORK_BRIDGE && !vm->lan_asked && door_find(door) == DOOR_NONE;

	if (falls_back)
		vm->lan = VM_NETWORK_USER;
	if (vm->lan == VM_NETWORK_USER && vm->n_forwards == 0)
		vm->forwards[vm->n_forwards++] = web;
	return falls_back;
}

static void make_request(
	const struct vm *vm, const uint8_t mac[MAC_SIZE], struct wire_request *ret_request)
{
	struct wire_request request = {.operation = WIRE_TAP};

	request.tap.flags = WIRE_WITH_MAC;
	request.tap.queues = 1;
	memcpy(request.tap.mac, mac, MAC_SIZE);
	memcpy(request.tap.bridge, vm->bridge, sizeof(request.tap.bridge));
	memcpy(request.tap.label, vm->name, sizeof(request.tap.label));
	*ret_request = request;
}

int lan_open(const struct vm *vm, const struct door *door, const uint8_t mac[MAC_SIZE],
	struct wire_tap_reply *ret_port, int *ret_tap, char **reterr_text)
{
	const char *way_out = vm->lan_asked ? "" : "; '--lan user' starts the VM without a bridge";
	struct wire_request request = {0};
	struct wire_reply reply = {0};
	OWNED_FD tap = -1;
	int r = 0;

	make_request(vm, mac, &request);
	r = door_ask(door, &request, &reply, &tap, reterr_text);
	if (r < 0)
		return text_fail(
			reterr_text, r, "LAN bridge '%s': %s%s", vm->bridge, *reterr_text, way_out);
	if (reply.code != CODE_OK)
		return text_fail(reterr_text, -EPERM, "LAN bridge '%s' refused: %s%s", vm->bridge,
			door_reason(&reply), way_out);
	*ret_port = reply.tap;
	*ret_tap = cleanup_steal_fd(&tap);
	return 0;
}
