/* SPDX-License-Identifier: MIT
 * One line of the policy while it is read: its words, and its one error. */
#include "policy/policy-parser.h"

#include <stdarg.h>
#include <string.h>

#include "policy/policy-object.h"

bool policy_parser_fail(struct policy_parser *parser, size_t column, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	policy_vfail(parser->policy, parser->file, parser->number, column, format, arguments);
	va_end(arguments);
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
