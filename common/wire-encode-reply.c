/* SPDX-License-Identifier: MIT
 * Replies of every operation: struct -> bytes. */
#include "common/wire-table.h"

void wire_encode_reply(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE])
{
	wire_encode_body(reply, wire_table_reply(reply->operation), ret_data);
}
