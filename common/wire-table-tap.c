/* SPDX-License-Identifier: MIT
 * Which fields the reply to a TAP request has, and the text of any; PROTOCOL.md shows the same. */
#include "common/wire-table.h"

const struct wire_field wire_table_tap_reply[] = {
	WIRE_FIELD(wire_tap_reply, interface, 16, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_tap_reply, bridge, 32, WIRE_FIELD_NAME),
	WIRE_FIELD(wire_tap_reply, mac, 48, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_tap_reply, host_mac, 54, WIRE_FIELD_MAC),
	WIRE_FIELD(wire_tap_reply, mtu, 60, WIRE_FIELD_U32),
	WIRE_FIELD(wire_tap_reply, uid, 64, WIRE_FIELD_U32),
	{0},
};

const struct wire_field wire_table_text[] = {
	WIRE_FIELD(wire_reply, text, WIRE_TABLE_TEXT_AT, WIRE_FIELD_TEXT),
	{0},
};
