/* SPDX-License-Identifier: MIT
 * Fields, replies of them, and the reply to TAP: struct -> bytes. Apart from the other messages, as
 * this one is written where there is a privilege. Reserved bytes are written as zero. */
#include "common/wire-encode-tap.h"

#include <assert.h>
#include <string.h>

#include "common/wire-table-tap.h"

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

void wire_encode_fields(
	const struct wire_field *fields, const void *from, uint8_t *data, size_t size)
{
	for (const struct wire_field *field = fields; field->size > 0; field++) {
		assert(field->at <= size && field->size <= size - field->at);
		encode_field(field, (const uint8_t *)from + field->member, data + field->at);
	}
}

void wire_encode_header(unsigned int operation, uint8_t *ret_data, size_t size)
{
	memset(ret_data, 0, size);
	memcpy(ret_data, WIRE_MAGIC, WIRE_MAGIC_SIZE);
	wire_field_put(ret_data + 4, 2, WIRE_VERSION);
	wire_field_put(ret_data + 6, 2, operation);
}

void wire_encode_body(const struct wire_reply *reply, const struct wire_field *fields,
	uint8_t ret_data[WIRE_REPLY_SIZE])
{
	wire_encode_header(reply->operation, ret_data, WIRE_REPLY_SIZE);
	wire_field_put(ret_data + 8, 4, reply->code);
	wire_field_put(ret_data + 12, 2, reply->taps);
	wire_field_put(ret_data + 14, 2, reply->vhosts);
	if (reply->code == CODE_OK) {
		assert(fields != NULL);
		wire_encode_fields(fields, &reply->tap, ret_data, WIRE_TEXT_AT);
	}
	wire_encode_fields(wire_table_tap_text, reply, ret_data, WIRE_REPLY_SIZE);
}

void wire_encode_tap_reply(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE])
{
	assert(reply->operation == WIRE_TAP);
	wire_encode_body(reply, wire_table_tap_reply, ret_data);
}
