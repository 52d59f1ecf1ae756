/* SPDX-License-Identifier: MIT
 * Fields of a message: the one encoder and the one decoder. */
#include "common/wire-field.h"

#include <assert.h>
#include <string.h>

#include "common/wire.h"

uint32_t wire_field_get(const uint8_t *data, size_t bytes)
{
	uint32_t value = 0;

	for (size_t i = bytes; i > 0; i--)
		value = value << 8 | data[i - 1];
	return value;
}

void wire_field_put(uint8_t *data, size_t bytes, uint32_t value)
{
	for (size_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)(value >> (8 * i));
}

static bool printable(char c)
{
	return c > ' ' && c < 0x7f;
}

static bool chars_valid(const char *text, size_t length, bool (*valid)(char c))
{
	for (size_t i = 0; i < length; i++)
		if (!valid(text[i]))
			return false;
	return true;
}

/* A string is NUL-terminated, and nothing follows the first NUL. */
static bool string_valid(const struct wire_field *field, const char *text)
{
	size_t length = strnlen(text, field->size);

	for (size_t i = length; i < field->size; i++)
		if (text[i] != '\0')
			return false;
	if (length == field->size)
		return false;
	switch (field->kind) {
	case WIRE_FIELD_NAME:
		return ifname_valid(text, length);
	case WIRE_FIELD_NAME_OR_EMPTY:
		return length == 0 || ifname_valid(text, length);
	case WIRE_FIELD_PATTERN:
		return length > 0 && chars_valid(text, length, printable);
	case WIRE_FIELD_LABEL:
		return chars_valid(text, length, wire_label_char_valid);
	case WIRE_FIELD_TEXT:
		return true;
	case WIRE_FIELD_U16:
	case WIRE_FIELD_U32:
	case WIRE_FIELD_MAC:
		break;
	}
	return false;
}

static bool decode_field(const struct wire_field *field, const uint8_t *data, uint8_t *member)
{
	uint32_t u32 = 0;
	uint16_t u16 = 0;

	switch (field->kind) {
	case WIRE_FIELD_U16:
		u16 = (uint16_t)wire_field_get(data, sizeof(u16));
		memcpy(member, &u16, sizeof(u16));
		return true;
	case WIRE_FIELD_U32:
		u32 = wire_field_get(data, sizeof(u32));
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
		return string_valid(field, (const char *)member);
	}
	return false;
}

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
		assert(string_valid(field, (const char *)member));
		memcpy(data, member, field->size);
		return;
	}
}

bool wire_field_decode(const struct wire_field *fields, const uint8_t *data, size_t start,
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

void wire_field_encode(
	const struct wire_field *fields, const void *from, uint8_t *data, size_t size)
{
	for (const struct wire_field *field = fields; field->size > 0; field++) {
		assert(field->at <= size && field->size <= size - field->at);
		encode_field(field, (const uint8_t *)from + field->member, data + field->at);
	}
}
