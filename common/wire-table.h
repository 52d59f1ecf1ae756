/* SPDX-License-Identifier: MIT
 * Which fields the messages of each operation have. */
#ifndef OWVM_COMMON_WIRE_TABLE_H
#define OWVM_COMMON_WIRE_TABLE_H

#include "common/wire-field.h"
#include "common/wire.h"

#define WIRE_TABLE_MAGIC "owvm" /* 4 bytes, no NUL */
#define WIRE_TABLE_MAGIC_SIZE 4
#define WIRE_TABLE_HEADER_SIZE 16
#define WIRE_TABLE_TEXT_AT (WIRE_REPLY_SIZE - WIRE_TEXT_SIZE)

/* What the replies to TAP and CLIENT have in common. */
#define WIRE_TABLE_PORT(struct_name) \
	WIRE_FIELD(struct_name, interface, 16, WIRE_FIELD_NAME), \
		WIRE_FIELD(struct_name, bridge, 32, WIRE_FIELD_NAME), \
		WIRE_FIELD(struct_name, mac, 48, WIRE_FIELD_MAC), \
		WIRE_FIELD(struct_name, host_mac, 54, WIRE_FIELD_MAC), \
		WIRE_FIELD(struct_name, mtu, 60, WIRE_FIELD_U32), \
		WIRE_FIELD(struct_name, uid, 64, WIRE_FIELD_U32)

/* The fields of a request or of a reply's body; NULL for an unknown operation. */
const struct wire_field *wire_table_request(unsigned int operation);
const struct wire_field *wire_table_reply(unsigned int operation);

extern const struct wire_field wire_table_tap_reply[];

/* The text of a reply, a member of struct wire_reply itself. */
extern const struct wire_field wire_table_text[];

#endif
