/* SPDX-License-Identifier: MIT
 * Texts that have a bound. */
#ifndef OWVM_POLICY_POLICY_TEXT_H
#define OWVM_POLICY_POLICY_TEXT_H

#include <stddef.h>

/* Write a text. The caller's bounds let it fit whatever the operands are: that is asserted. */
__attribute__((format(printf, 3, 4))) void policy_text_write(
	char *ret_text, size_t size, const char *format, ...);

/* The same behind what stands there. */
__attribute__((format(printf, 3, 4))) void policy_text_append(
	char *text, size_t size, const char *format, ...);

#endif
