/* SPDX-License-Identifier: MIT
 * A network card of a VM: what it is by default, and writing it. */
#include "launcher/vm/nic.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

bool nic_is_virtio(const struct nic *nic)
{
	return strcmp(nic->model, NIC_VIRTIO) == 0;
}

const char *nic_network(const struct nic *nic)
{
	switch (nic->kind) {
	case NIC_USER:
		return "user";
	case NIC_PASST:
		return "passt";
	case NIC_BRIDGE:
		return nic->bridge;
	}
	abort();
}

void nic_init_wan_user(struct nic *ret_nic)
{
	*ret_nic = (struct nic){.kind = NIC_USER, .model = NIC_VIRTIO};
}

void nic_init_wan_passt(struct nic *ret_nic)
{
	*ret_nic = (struct nic){.kind = NIC_PASST, .model = NIC_VIRTIO};
}

void nic_init_lan_user(struct nic *ret_nic)
{
	*ret_nic = (struct nic){
		.kind = NIC_USER,
		.model = NIC_VIRTIO,
		.net = NIC_LAN_NET,
		.host = NIC_LAN_HOST,
		.guest = NIC_LAN_GUEST,
	};
}

void nic_init_bridge(struct nic *ret_nic, const char *bridge)
{
	*ret_nic = (struct nic){.kind = NIC_BRIDGE, .model = NIC_VIRTIO, .queues = 1};
	assert(strlen(bridge) < sizeof(ret_nic->bridge));
	memcpy(ret_nic->bridge, bridge, strlen(bridge));
}

/* One digit has room beside any uid. */
static bool is_number(const char *bridge)
{
	return bridge[0] >= '2' && bridge[0] <= '9' && bridge[1] == '\0';
}

bool nic_number_valid(const char *text)
{
	return text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' || is_number(text);
}

void nic_name_bridge(struct nic *nic, uint32_t uid)
{
	bool numbered = is_number(nic->bridge);
	char number = nic->bridge[0];
	int length = 0;

	if (nic->kind != NIC_BRIDGE || (nic->bridge[0] != '\0' && !numbered))
		return;
	if (numbered)
		length = snprintf(nic->bridge, sizeof(nic->bridge), "ow-%u-%c", uid, number);
	else
		length = snprintf(nic->bridge, sizeof(nic->bridge), "ow-%u", uid);
	assert(length > 0 && (size_t)length < sizeof(nic->bridge));
}

char *nic_format(const struct nic *nic)
{
	OWNED_MEMORY char *address = nic->has_address
					     ? text_format(",addr=0x%x.%x", (unsigned int)nic->slot,
						       (unsigned int)nic->function)
					     : text_format("%s", "");
	char mac[MAC_TEXT_SIZE] = {0};
	OWNED_MEMORY char *queues =
		nic->queues > 1 ? text_format(",queues=%u", nic->queues) : text_format("%s", "");
	bool model = !nic_is_virtio(nic);

	mac_format(nic->mac, mac);
	return text_format("%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s",
		nic->kind == NIC_BRIDGE ? "bridge" : nic_network(nic),
		nic->bridge[0] == '\0' ? "" : "=", nic->bridge, model ? ",model=" : "",
		model ? nic->model : "", nic->has_mac ? ",mac=" : "", nic->has_mac ? mac : "",
		address, queues, nic->vhost ? ",vhost=on" : "",
		nic->net[0] == '\0' ? "" : ",net=", nic->net,
		nic->host[0] == '\0' ? "" : ",host=", nic->host,
		nic->dhcpstart[0] == '\0' ? "" : ",dhcpstart=", nic->dhcpstart);
}
