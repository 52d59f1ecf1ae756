/* SPDX-License-Identifier: MIT
 * One line of the policy while it is read: its words, and its one error. */
#include "policy/policy-parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "policy/policy-private.h"

bool policy_parser_fail(struct policy_parser *parser, size_t column, const char *format, ...)
{
	OWNED_MEMORY char *message = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&message, format, arguments) < 0)
		abort();
	va_end(arguments);
	policy_fail(parser->policy, parser->file, parser->number, column, "%s", message);
	return false;
}

bool policy_parser_take(struct policy_parser *parser, const char *wanted)
{
	struct policy_word previous = parser->word;

	if (policy_line_next(&parser->line, &parser->word))
		return true;
	return policy_parser_fail(
		parser, parser->word.column, "%s is missing after '%s'", wanted, previous.text);
}

bool policy_parser_is(const struct policy_parser *parser, const char *text)
{
	return strcmp(parser->word.text, text) == 0;
}
