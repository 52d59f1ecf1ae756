/* SPDX-License-Identifier: MIT
 * Which fields the reply to TAP has, and the text of any. */
#ifndef OWVM_COMMON_WIRE_TABLE_TAP_H
#define OWVM_COMMON_WIRE_TABLE_TAP_H

#include "common/wire-field.h"
#include "common/wire.h"

/* What the replies to TAP and CLIENT have in common. */
#define WIRE_TABLE_TAP_PORT(struct_name) \
	WIRE_FIELD(struct_name, interface, 16, WIRE_FIELD_NAME), \
		WIRE_FIELD(struct_name, bridge, 32, WIRE_FIELD_NAME), \
		WIRE_FIELD(struct_name, mac, 48, WIRE_FIELD_MAC), \
		WIRE_FIELD(struct_name, host_mac, 54, WIRE_FIELD_MAC), \
		WIRE_FIELD(struct_name, mtu, 60, WIRE_FIELD_U32), \
		WIRE_FIELD(struct_name, uid, 64, WIRE_FIELD_U32)

extern const struct wire_field wire_table_tap_reply[];

/* The text of a reply, a member of struct wire_reply itself. */
extern const struct wire_field wire_table_tap_text[];

#endif
