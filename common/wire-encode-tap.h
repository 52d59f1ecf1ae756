/* SPDX-License-Identifier: MIT
 * Parts of messages: struct -> bytes. */
#ifndef OWVM_COMMON_WIRE_ENCODE_TAP_H
#define OWVM_COMMON_WIRE_ENCODE_TAP_H

#include "common/wire-field.h"
#include "common/wire.h"

/* Begin a message of `size` bytes: magic, version and operation, all behind it zero. */
void wire_encode_header(unsigned int operation, uint8_t *ret_data, size_t size);

/* Write the fields of a struct into a message of `size` bytes. */
void wire_encode_fields(
	const struct wire_field *fields, const void *from, uint8_t *data, size_t size);

/* Write a reply of which the body has these fields. */
void wire_encode_body(const struct wire_reply *reply, const struct wire_field *fields,
	uint8_t ret_data[WIRE_REPLY_SIZE]);

#endif
