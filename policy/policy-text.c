/* SPDX-License-Identifier: MIT
 * Texts that have a bound. */
#include "policy/policy-text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 4, 0))) static void put(
	char *text, size_t size, size_t at, const char *format, va_list arguments)
{
	int length = 0;

	assert(at < size);
	length = vsnprintf(text + at, size - at, format, arguments);
	assert(length >= 0 && (size_t)length < size - at);
}

void policy_text_write(char *ret_text, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(ret_text, size, 0, format, arguments);
	va_end(arguments);
}

void policy_text_append(char *text, size_t size, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	put(text, size, strlen(text), format, arguments);
	va_end(arguments);
}
