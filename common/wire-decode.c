/* SPDX-License-Identifier: MIT
 * bytes -> struct. All bytes are controlled by the other side. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "common/wire-field.h"
#include "common/wire-table.h"
#include "common/wire.h"

static uint32_t get(const uint8_t *data, size_t bytes)
{
	uint32_t value = 0;

	for (size_t i = bytes; i > 0; i--)
		value = value << 8 | data[i - 1];
	return value;
}

static bool decode_field(const struct wire_field *field, const uint8_t *data, uint8_t *member)
{
	uint32_t u32 = 0;
	uint16_t u16 = 0;

	switch (field->kind) {
	case WIRE_FIELD_U16:
		u16 = (uint16_t)get(data, sizeof(u16));
		memcpy(member, &u16, sizeof(u16));
		return true;
	case WIRE_FIELD_U32:
		u32 = get(data, sizeof(u32));
		memcpy(member, &u32, sizeof(u32));
		return true;
	case WIRE_FIELD_MAC:
		memcpy(member, data, field->size);
		return true;
	case WIRE_FIELD_NAME:
	case WIRE_FIELD_NAME_OR_EMPTY:
	case WIRE_FIELD_PATTERN:
	case WIRE_FIELD_LABEL:
	case WIRE_FIELD_TEXT:
		memcpy(member, data, field->size);
		return wire_field_string_valid(field, (const char *)member);
	}
	return false;
}

/* Read all fields of the table out of data[0..size) into the struct. Returns false when a field
 * holds what its kind forbids or a byte from `start` on that no field covers is not zero. */
static bool decode_fields(const struct wire_field *fields, const uint8_t *data, size_t start,
	size_t size, void *ret_struct)
{
	uint8_t reserved[WIRE_REPLY_SIZE] = {0};

	memcpy(reserved, data, size);
	for (const struct wire_field *field = fields; field->size > 0; field++) {
		assert(field->at <= size && field->size <= size - field->at);
		if (!decode_field(field, data + field->at, (uint8_t *)ret_struct + field->member))
			return false;
		memset(reserved + field->at, 0, field->size);
	}
	for (size_t i = start; i < size; i++)
		if (reserved[i] != 0)
			return false;
	return true;
}

static bool mac_consistent(uint32_t flags, const uint8_t mac[MAC_SIZE])
{
	static const uint8_t zero[MAC_SIZE];

	return (flags & WIRE_WITH_MAC) || memcmp(mac, zero, MAC_SIZE) == 0;
}

/* What a table of fields cannot say. */
static enum code check_request(const struct wire_request *request)
{
	switch (request->operation) {
	case WIRE_TAP:
		if (request->tap.flags & ~(WIRE_WITH_MAC | WIRE_WITH_VHOST))
			return CODE_NOT_SUPPORTED;
		if (request->tap.queues == 0 || request->tap.queues > WIRE_QUEUES_MAX ||
			!mac_consistent(request->tap.flags, request->tap.mac))
			return CODE_MALFORMED;
		return CODE_OK;
	case WIRE_CLIENT:
		if (request->client.flags & ~WIRE_WITH_MAC)
			return CODE_NOT_SUPPORTED;
		return mac_consistent(request->client.flags, request->client.mac) ? CODE_OK
										  : CODE_MALFORMED;
	case WIRE_NETS:
	case WIRE_PORTS:
		return CODE_OK;
	}
	return CODE_NOT_SUPPORTED;
}

enum code wire_decode_request(const uint8_t *data, size_t length, struct wire_request *ret_request)
{
	struct wire_request request = {0};
	const struct wire_field *fields = NULL;
	enum code code = CODE_OK;
	uint32_t operation = 0;

	if (length != WIRE_REQUEST_SIZE || memcmp(data, WIRE_MAGIC, WIRE_MAGIC_SIZE) != 0)
		return CODE_MALFORMED;
	if (get(data + 4, 2) != WIRE_VERSION)
		return CODE_VERSION;
	operation = get(data + 6, 2);
	fields = wire_table_request(operation);
	if (fields == NULL)
		return CODE_NOT_SUPPORTED;
	request.operation = (enum wire_operation)operation;
	/* The header's flags (bytes 8-11) are a field of the operations that have some. */
	if (!decode_fields(fields, data, 8, WIRE_REQUEST_SIZE, &request.tap))
		return CODE_MALFORMED;
	code = check_request(&request);
	if (code != CODE_OK)
		return code;
	*ret_request = request;
	return CODE_OK;
}

static bool decode_body(const uint8_t *data, struct wire_reply *reply)
{
	static const struct wire_field none[] = {{0}};
	const struct wire_field *fields = none;

	if (reply->code == CODE_OK)
		fields = wire_table_reply(reply->operation);
	return fields != NULL &&
	       decode_fields(fields, data, WIRE_HEADER_SIZE, WIRE_TEXT_AT, &reply->tap);
}

int wire_decode_reply(const uint8_t *data, size_t length, struct wire_reply *ret_reply)
{
	struct wire_reply reply = {0};

	if (length != WIRE_REPLY_SIZE || memcmp(data, WIRE_MAGIC, WIRE_MAGIC_SIZE) != 0 ||
		get(data + 4, 2) != WIRE_VERSION)
		return -EPROTO;
	reply.operation = (enum wire_operation)get(data + 6, 2);
	reply.code = (enum code)get(data + 8, 4);
	reply.taps = (uint16_t)get(data + 12, 2);
	reply.vhosts = (uint16_t)get(data + 14, 2);
	if (reply.taps > WIRE_QUEUES_MAX || reply.vhosts > reply.taps ||
		(reply.code != CODE_OK && reply.taps > 0))
		return -EPROTO;
	if (!decode_body(data, &reply) ||
		!decode_fields(wire_table_text, data, WIRE_TEXT_AT, WIRE_REPLY_SIZE, &reply))
		return -EPROTO;
	*ret_reply = reply;
	return 0;
}
