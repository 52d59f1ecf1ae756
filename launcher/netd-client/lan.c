/* SPDX-License-Identifier: MIT
 * NICs on bridges: when the LAN falls back to a user network, and ports from netd. */
#include "launcher/netd-client/lan.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/say-once.h"
#include "launcher/base/text.h"
#include "launcher/host/bridge.h"
#include "launcher/runtime/find-mac.h"

bool lan_settle(struct vm *vm, const struct netd_client *client)
{
	static const struct forward web = {.address = "127.0.0.1", .guest = 80};
	struct nic *lan = vm->n_nics > 0 ? &vm->nics[0] : NULL;
	bool falls_back =
		lan != NULL && lan->may_fall_back && netd_client_find(client) == NETD_NONE;

	if (falls_back) {
		vm->lan = VM_NETWORK_USER;
		nic_init_lan_user(lan);
	}
	/* Nothing else leads to a router's page. */
	if (lan != NULL && lan->guest[0] != '\0' && vm->n_forwards == 0)
		vm->forwards[vm->n_forwards++] = web;
	return falls_back;
}

static void make_request(const char *name, const struct nic *nic, const uint8_t mac[MAC_SIZE],
	struct wire_request *ret_request)
{
	struct wire_request request = {.operation = WIRE_TAP};

	request.tap.flags = WIRE_WITH_MAC | (nic->vhost ? WIRE_WITH_VHOST : 0);
	request.tap.queues = (uint16_t)nic->queues;
	memcpy(request.tap.mac, mac, MAC_SIZE);
	memcpy(request.tap.bridge, nic->bridge, sizeof(request.tap.bridge));
	assert(strlen(name) < sizeof(request.tap.label));
	memcpy(request.tap.label, name, strlen(name));
	*ret_request = request;
}

/* Who has an address that netd refuses a second time, and what to do; the caller frees it. */
static char *say_owner(const char *name, const uint8_t mac[MAC_SIZE])
{
	struct runtime_places places = {0};
	OWNED_MEMORY char *owner = NULL;

	runtime_places_init(&places);
	owner = runtime_find_mac(&places, mac, name);
	if (owner == NULL)
		return text_format(
			"; a VM of this name may run on another host of that bridge, or still run or end "
			"here: 'owrun ports' shows its port");
	return text_format("; VM '%s' has it: 'mac=' of '--nic' gives this one another", owner);
}

/* What helps where netd refuses the bridge. */
static const char *way_out_of(const struct nic *nic)
{
	static const char *const networks[] = {"user", "none"};

	if (nic->may_fall_back)
		return "; '--lan user' starts the VM without a bridge";
	return text_nearest(nic->bridge, networks, 2) == NULL
		       ? ""
		       : "; what is no bridge is spelled '--lan user' or '--lan none'";
}

int lan_open(const char *name, const struct nic *nic, const struct netd_client *client,
	const uint8_t mac[MAC_SIZE], struct wire_tap_reply *ret_port, struct netd_fds *ret_fds,
	char **reterr_text)
{
	const char *way_out = way_out_of(nic);
	OWNED_MEMORY char *owner = NULL;
	OWNED_MEMORY char *mute = NULL;
	struct wire_request request = {0};
	struct wire_reply reply = {0};
	int r = 0;

	make_request(name, nic, mac, &request);
	r = netd_client_ask(client, &request, &reply, ret_fds, reterr_text);
	if (r < 0)
		return text_fail(
			reterr_text, r, "bridge '%s': %s%s", nic->bridge, *reterr_text, way_out);
	if (reply.code == CODE_MAC_IN_USE)
		owner = say_owner(name, mac);
	if (reply.code != CODE_OK)
		return text_fail(reterr_text, -EPERM, "bridge '%s' refused: %s%s", nic->bridge,
			netd_client_reason(&reply), owner == NULL ? way_out : owner);
	if (reply.text[0] != '\0')
		text_say("%s", reply.text);
	mute = bridge_tell_mute("", nic->bridge);
	if (mute != NULL)
		say_once("%s", mute);
	*ret_port = reply.tap;
	return 0;
}
