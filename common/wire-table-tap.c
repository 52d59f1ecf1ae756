/* SPDX-License-Identifier: MIT
 * Which fields the reply to TAP has, and the text of any; PROTOCOL.md shows the same. Apart from
 * the other tables, as this reply is written where there is a privilege. */
#include "common/wire-table-tap.h"

const struct wire_field wire_table_tap_reply[] = {
	WIRE_TABLE_TAP_PORT(wire_tap_reply),
	{0},
};

const struct wire_field wire_table_tap_text[] = {
	WIRE_FIELD(wire_reply, text, WIRE_TEXT_AT, WIRE_FIELD_TEXT),
	{0},
};
