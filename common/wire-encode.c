/* SPDX-License-Identifier: MIT
 * Requests, and replies to any: struct -> bytes. */
#include <assert.h>

#include "common/wire-encode-tap.h"
#include "common/wire-table.h"

void wire_encode_request(const struct wire_request *request, uint8_t ret_data[WIRE_REQUEST_SIZE])
{
	const struct wire_field *fields = wire_table_request(request->operation);

	assert(fields != NULL);
	wire_encode_header(request->operation, ret_data, WIRE_REQUEST_SIZE);
	wire_encode_fields(fields, &request->tap, ret_data, WIRE_REQUEST_SIZE);
}

void wire_encode_reply(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE])
{
	wire_encode_body(reply, wire_table_reply(reply->operation), ret_data);
}
