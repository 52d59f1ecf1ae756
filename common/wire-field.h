/* SPDX-License-Identifier: MIT
 * Fields of a message: a struct is described once, as a table of where its members stand in the
 * message and what they may hold. wire-encode.c and wire-decode.c walk the tables. */
#ifndef OWVM_COMMON_WIRE_FIELD_H
#define OWVM_COMMON_WIRE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum wire_field_kind {
	WIRE_FIELD_U16,
	WIRE_FIELD_U32,
	WIRE_FIELD_MAC,
	WIRE_FIELD_NAME, /* interface name */
	WIRE_FIELD_NAME_OR_EMPTY,
	WIRE_FIELD_PATTERN, /* printable, no space, not empty */
	WIRE_FIELD_LABEL,
	WIRE_FIELD_TEXT, /* anything but NUL */
};

struct wire_field {
	size_t at;     /* offset in the message */
	size_t member; /* offset in the struct */
	size_t size;   /* bytes in both; 0 ends a table */
	enum wire_field_kind kind;
};

#define WIRE_FIELD(struct_name, member_name, message_offset, field_kind) \
	{ \
		.at = (message_offset), .member = offsetof(struct struct_name, member_name), \
		.size = sizeof(((struct struct_name *)0)->member_name), .kind = (field_kind) \
	}

/* Where a number becomes bytes: little-endian, 2 or 4 of them. */
static inline void wire_field_put(uint8_t *data, size_t bytes, uint32_t value)
{
	for (size_t i = 0; i < bytes; i++)
		data[i] = (uint8_t)(value >> (8 * i));
}

/* May the field hold this text: NUL-terminated, nothing behind the first NUL, in the character set
 * of its kind? */
bool wire_field_string_valid(const struct wire_field *field, const char *text);

#endif
