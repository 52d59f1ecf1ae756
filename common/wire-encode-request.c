/* SPDX-License-Identifier: MIT
 * A request: struct -> bytes. Apart from replies, as what answers has no need of it. */
#include <assert.h>
#include <string.h>

#include "common/wire-table.h"

void wire_encode_request(const struct wire_request *request, uint8_t ret_data[WIRE_REQUEST_SIZE])
{
	const struct wire_field *fields = wire_table_request(request->operation);

	assert(fields != NULL);
	memset(ret_data, 0, WIRE_REQUEST_SIZE);
	memcpy(ret_data, WIRE_TABLE_MAGIC, WIRE_TABLE_MAGIC_SIZE);
	wire_field_put(ret_data + 4, 2, WIRE_VERSION);
	wire_field_put(ret_data + 6, 2, request->operation);
	wire_encode_fields(fields, &request->tap, ret_data, WIRE_REQUEST_SIZE);
}
