/* SPDX-License-Identifier: MIT
 * Which fields the replies of each operation have; PROTOCOL.md shows the same. */
#include "common/wire-table.h"

static const struct wire_field client_reply[] = {
	WIRE_FIELD(wire_client_reply, interface, 16, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_client_reply, bridge, 32, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_client_reply, mac, 48, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_client_reply, host_mac, 54, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_client_reply, mtu, 60, WIRE_FIELD_U32),
	WIRE_FIELD(wire_client_reply, uid, 64, WIRE_FIELD_U32),
	WIRE_FIELD(wire_client_reply, peer, 68, WIRE_FIELD_NAME),
	{0},
};

static const struct wire_field nets_reply[] = {
	WIRE_FIELD(wire_nets_reply, next, 16, WIRE_FIELD_U32),
	WIRE_FIELD(wire_nets_reply, flags, 20, WIRE_FIELD_U32),
	WIRE_FIELD(wire_nets_reply, pattern, 24, WIRE_FIELD_PATTERN),
	WIRE_FIELD(wire_nets_reply, taps, 40, WIRE_FIELD_U16),
	WIRE_FIELD(wire_nets_reply, used, 42, WIRE_FIELD_U16),
	WIRE_FIELD(wire_nets_reply, queues, 44, WIRE_FIELD_U16),
	WIRE_FIELD(wire_nets_reply, mtu, 48, WIRE_FIELD_U32),
	{0},
};

static const struct wire_field ports_reply[] = {
	WIRE_FIELD(wire_ports_reply, next, 16, WIRE_FIELD_U32),
	WIRE_FIELD(wire_ports_reply, uid, 20, WIRE_FIELD_U32),
	WIRE_FIELD(wire_ports_reply, interface, 24, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_ports_reply, bridge, 40, WIRE_FIELD_NAME_OR_EMPTY),
	WIRE_FIELD(wire_ports_reply, mac, 56, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_ports_reply, host_mac, 62, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_ports_reply, flags, 68, WIRE_FIELD_U32),
	WIRE_FIELD(wire_ports_reply, queues, 72, WIRE_FIELD_U16),
	WIRE_FIELD(wire_ports_reply, label, 76, WIRE_FIELD_LABEL),
	{0},
};

const struct wire_field *wire_table_reply(unsigned int operation)
{
	switch (operation) {
	case WIRE_TAP:
		return wire_table_tap_reply;
	case WIRE_CLIENT:
		return client_reply;
	case WIRE_NETS:
		return nets_reply;
	case WIRE_PORTS:
		return ports_reply;
	default:
		return NULL;
	}
}
