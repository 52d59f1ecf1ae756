/* SPDX-License-Identifier: MIT
 * Fields of a message: strings. */
#include "common/wire-field.h"

#include <string.h>

#include "common/wire.h"

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

bool wire_field_string_valid(const struct wire_field *field, const char *text)
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
