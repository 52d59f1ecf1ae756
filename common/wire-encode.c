/* SPDX-License-Identifier: MIT
 * Requests, and replies to any but TAP and CLIENT: struct -> bytes. Reserved bytes are written as
 * zero. */
#include <assert.h>
#include <string.h>

#include "common/wire-encode-tap.h"
#include "common/wire-field.h"
#include "common/wire-table.h"
#include "common/wire.h"

static void encode_field(const struct wire_field *field, const uint8_t *member, uint8_t *data)
{
	uint32_t u32 = 0;
	uint16_t u16 = 0;

	switch (field->kind) {
	case WIRE_FIELD_U16:
		memcpy(&u16, member, sizeof(u16));
		wire_field_put(data, sizeof(u16), u16);
		return;
	case WIRE_FIELD_U32:
		memcpy(&u32, member, sizeof(u32));
		wire_field_put(data, sizeof(u32), u32);
		return;
	case WIRE_FIELD_MAC:
		memcpy(data, member, field->size);
		return;
	case WIRE_FIELD_NAME:
	case WIRE_FIELD_NAME_OR_EMPTY:
	case WIRE_FIELD_PATTERN:
	case WIRE_FIELD_LABEL:
	case WIRE_FIELD_TEXT:
		assert(wire_field_string_valid(field, (const char *)member));
		memcpy(data, member, field->size);
		return;
	}
}

static void encode_fields(
	const struct wire_field *fields, const void *from, uint8_t *data, size_t size)
{
	for (const struct wire_field *field = fields; field->size > 0; field++) {
		assert(field->at <= size && field->size <= size - field->at);
		encode_field(field, (const uint8_t *)from + field->member, data + field->at);
	}
}

void wire_encode_request(const struct wire_request *request, uint8_t ret_data[WIRE_REQUEST_SIZE])
{
	const struct wire_field *fields = wire_table_request(request->operation);

	assert(fields != NULL);
	memset(ret_data, 0, WIRE_REQUEST_SIZE);
	memcpy(ret_data, WIRE_MAGIC, WIRE_MAGIC_SIZE);
	wire_field_put(ret_data + 4, 2, WIRE_VERSION);
	wire_field_put(ret_data + 6, 2, request->operation);
	encode_fields(fields, &request->tap, ret_data, WIRE_REQUEST_SIZE);
}

void wire_encode_reply(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE])
{
	const struct wire_field *fields = wire_table_reply(reply->operation);

	if (reply->operation == WIRE_TAP || reply->operation == WIRE_CLIENT) {
		wire_encode_tap_reply(reply, ret_data);
		return;
	}
	wire_encode_frame(reply, ret_data);
	if (reply->code == CODE_OK) {
		assert(fields != NULL);
		encode_fields(fields, &reply->tap, ret_data, WIRE_TEXT_AT);
	}
}
