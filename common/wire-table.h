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

/* The fields of a request or of a reply's body; NULL for an unknown operation. */
const struct wire_field *wire_table_request(unsigned int operation);
const struct wire_field *wire_table_reply(unsigned int operation);

extern const struct wire_field wire_table_tap_reply[];

/* The text of a reply, a member of struct wire_reply itself. */
extern const struct wire_field wire_table_text[];

/* Write the fields of a struct into a message of `size` bytes. */
void wire_encode_fields(
	const struct wire_field *fields, const void *from, uint8_t *data, size_t size);

/* Write a reply of which the body has these fields. */
void wire_encode_body(const struct wire_reply *reply, const struct wire_field *fields,
	uint8_t ret_data[WIRE_REPLY_SIZE]);

#endif
