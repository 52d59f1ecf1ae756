/* SPDX-License-Identifier: MIT
 * Refusals: the one way to write a reply that is not CODE_OK. */
#include "netd/message/reply.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

bool reply_refuse(struct wire_reply *reply, enum code code, const char *format, ...)
{
	struct wire_reply refusal = {.operation = reply->operation, .code = code};
	va_list arguments;
	int length = 0;

	va_start(arguments, format);
	length = vsnprintf(refusal.text, sizeof(refusal.text), format, arguments);
	va_end(arguments);
	/* All operands are bounded: names, numbers, policy texts of their own bound. */
	assert(length >= 0 && (size_t)length < sizeof(refusal.text));
	*reply = refusal;
	return false;
}
