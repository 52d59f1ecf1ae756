/* SPDX-License-Identifier: MIT
 * The one strict decimal parser. */
#ifndef OWVM_COMMON_NUMBER_H
#define OWVM_COMMON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Read `length` bytes of text as a decimal number: digits only, no sign, no space, no leading zero
 * (but "0" itself), at most `max`. Writes *ret_value and returns true, or returns false. */
bool number_parse(const char *text, size_t length, uint32_t max, uint32_t *ret_value);

#endif
