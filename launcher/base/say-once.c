/* SPDX-License-Identifier: MIT
 * Sentences that are said once, however often one comes upon what they tell of. */
#include "launcher/base/say-once.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"

#define SAID_MAX 64 /* sentences; what comes after them is said each time */

void say_once(const char *format, ...)
{
	static char *said[SAID_MAX];
	OWNED_MEMORY char *sentence = NULL;
	va_list arguments;
	size_t n = 0;

	va_start(arguments, format);
	if (vasprintf(&sentence, format, arguments) < 0)
		abort();
	va_end(arguments);
	for (; n < SAID_MAX && said[n] != NULL; n++)
		if (strcmp(said[n], sentence) == 0)
			return;
	text_say("%s", sentence);
	if (n < SAID_MAX) {
		said[n] = sentence;
		sentence = NULL;
	}
}
