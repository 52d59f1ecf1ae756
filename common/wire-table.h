/* SPDX-License-Identifier: MIT
 * Which fields the messages of each operation have. */
#ifndef OWVM_COMMON_WIRE_TABLE_H
#define OWVM_COMMON_WIRE_TABLE_H

#include "common/wire-field.h"

/* The fields of a request or of a reply's body; NULL for an unknown operation. */
const struct wire_field *wire_table_request(unsigned int operation);
const struct wire_field *wire_table_reply(unsigned int operation);

/* The text of a reply, a member of struct wire_reply itself. */
extern const struct wire_field wire_table_text[];

#endif
