/* SPDX-License-Identifier: MIT
 * What every reply has: struct -> bytes. */
#ifndef OWVM_COMMON_WIRE_ENCODE_TAP_H
#define OWVM_COMMON_WIRE_ENCODE_TAP_H

#include <stdint.h>

#include "common/wire.h"

/* Write a reply but for its body, which is zero. */
void wire_encode_frame(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE]);

#endif
