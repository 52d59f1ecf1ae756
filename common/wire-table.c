/* SPDX-License-Identifier: MIT
 * Which fields the messages of each operation have; PROTOCOL.md shows the same. The replies to TAP
 * and CLIENT are only read by their tables (wire-encode-tap.c). */
#include "common/wire-table.h"

#include "common/wire-field.h"
#include "common/wire.h"

/* What the replies to TAP and CLIENT have in common. */
#define PORT \
	WIRE_FIELD(wire_tap_reply, interface, 16, WIRE_FIELD_NAME), \
		WIRE_FIELD(wire_tap_reply, bridge, 32, WIRE_FIELD_NAME), \
		WIRE_FIELD(wire_tap_reply, mac, 48, WIRE_FIELD_MAC), \
		WIRE_FIELD(wire_tap_reply, host_mac, 54, WIRE_FIELD_MAC), \
		WIRE_FIELD(wire_tap_reply, mtu, 60, WIRE_FIELD_U32), \
		WIRE_FIELD(wire_tap_reply, uid, 64, WIRE_FIELD_U32)

const struct wire_field wire_table_text[] = {
	WIRE_FIELD(wire_reply, text, WIRE_TEXT_AT, WIRE_FIELD_TEXT),
	{0},
};

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

static const struct wire_field tap_reply[] = {
	PORT,
	{0},
};

static const struct wire_field client_reply[] = {
	PORT,
	WIRE_FIELD(wire_tap_reply, peer, 68, WIRE_FIELD_NAME),
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
	WIRE_FIELD(wire_nets_reply, rate, 52, WIRE_FIELD_U32),
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

static const struct {
	const struct wire_field *request, *reply;
} operations[] = {
	[WIRE_TAP] = {tap_request, tap_reply},
	[WIRE_CLIENT] = {client_request, client_reply},
	[WIRE_NETS] = {nets_request, nets_reply},
	[WIRE_PORTS] = {ports_request, ports_reply},
};

#define N_OPERATIONS (sizeof(operations) / sizeof(operations[0]))

const struct wire_field *wire_table_request(unsigned int operation)
{
	return operation < N_OPERATIONS ? operations[operation].request : NULL;
}

const struct wire_field *wire_table_reply(unsigned int operation)
{
	return operation < N_OPERATIONS ? operations[operation].reply : NULL;
}
