/* SPDX-License-Identifier: MIT
 * Which fields the requests of each operation have; PROTOCOL.md shows the same. */
#include "common/wire-table.h"

static const struct wire_field tap_request[] = {
	WIRE_FIELD(wire_tap_request, flags, 8, WIRE_FIELD_U32),
	WIRE_FIELD(wire_tap_request, bridge, 16, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_tap_request, mac, 32, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_tap_request, queues, 38, WIRE_FIELD_U16),
	WIRE_FIELD(wire_tap_request, label, 40, WIRE_FIELD_LABEL),
	{0},
};

static const struct wire_field client_request[] = {
	WIRE_FIELD(wire_client_request, flags, 8, WIRE_FIELD_U32),
	WIRE_FIELD(wire_client_request, bridge, 16, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_client_request, mac, 32, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_client_request, interface, 40, WIRE_FIELD_NAME),
	{0},
};

static const struct wire_field nets_request[] = {
	WIRE_FIELD(wire_nets_request, cursor, 16, WIRE_FIELD_U32),
	{0},
};

static const struct wire_field ports_request[] = {
	WIRE_FIELD(wire_ports_request, cursor, 16, WIRE_FIELD_U32),
	{0},
};

const struct wire_field *wire_table_request(unsigned int operation)
{
	switch (operation) {
	case WIRE_TAP:
		return tap_request;
	case WIRE_CLIENT:
		return client_request;
	case WIRE_NETS:
		return nets_request;
	case WIRE_PORTS:
		return ports_request;
	default:
		return NULL;
	}
}
