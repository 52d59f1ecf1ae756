/* SPDX-License-Identifier: MIT
 * The language of the policy: text -> rules and errors.
 *
 * One function a part of the rule, in the order in which they are written; each returns false after
 * it noted the error of the line. The options are in policy-option.c. */
#include "policy/policy-parse.h"

#include <errno.h>
#include <string.h>

#include "common/number.h"
#include "policy/policy-names.h"
#include "policy/policy-object.h"
#include "policy/policy-option.h"
#include "policy/policy-parser.h"
#include "policy/policy-pattern.h"

#define SPACED_MAX 256 /* bytes of a name with spaces, and the NUL */

/* The word as an id, where it consists of digits. */
static bool parse_id(struct policy_parser *parser, const char *kind, uint32_t *ret_id)
{
	if (number_parse(parser->word.text, strlen(parser->word.text), UINT32_MAX - 1, ret_id))
		return true;
	return policy_parser_fail(parser, parser->word.column,
		"'%s' is no %s id: 0 to 4294967294, without leading zeros", parser->word.text,
		kind);
}

/* The word and those behind it, up to 'bridge', as the name of somebody: with a space in it, which
 * parts words here. Returns false where nobody has it, or after it noted that. */
static bool refuse_spaced(struct policy_parser *parser, const char *kind,
	int (*find)(const char *name, uint32_t *ret_id))
{
	struct policy_line line = parser->line;
	struct policy_word word = {0};
	char name[SPACED_MAX] = {0};
	size_t used = strlen(parser->word.text);
	uint32_t id = 0;

	memcpy(name, parser->word.text, used);
	while (policy_line_next(&line, &word) && strcmp(word.text, "bridge") != 0) {
		size_t length = strlen(word.text);

		if (length + 2 > sizeof(name) - used)
			return false;
		name[used++] = ' ';
		memcpy(name + used, word.text, length);
		used += length;
		if (find(name, &id) == 0) {
			policy_parser_fail(parser, parser->word.column,
				"the name of %s '%s' has a space; name it by number: '%s %u'", kind,
				name, kind, id);
			return true;
		}
	}
	return false;
}

static bool parse_owner(struct policy_parser *parser, const char *kind,
	int (*find)(const char *name, uint32_t *ret_id), uint32_t *ret_id)
{
	const char *name = parser->word.text;
	int error = 0;

	if (!policy_parser_take(parser, "a name or an id"))
		return false;
	if (policy_names_is_id(name))
		return parse_id(parser, kind, ret_id);
	if (refuse_spaced(parser, kind, find))
		return false;
	error = find(name, ret_id);
	if (error == -ENOENT)
		return policy_parser_fail(
			parser, parser->word.column, "unknown %s '%s'", kind, name);
	if (error < 0)
		return policy_parser_fail(parser, parser->word.column, "cannot look up %s '%s': %s",
			kind, name, strerror(-error));
	return true;
}

static bool parse_subject(struct policy_parser *parser, struct policy_rule *rule)
{
	if (!policy_parser_take(parser, "'user', 'group' or 'any'"))
		return false;
	if (policy_parser_is(parser, "any")) {
		rule->subject = POLICY_ANY;
		return true;
	}
	if (policy_parser_is(parser, "user")) {
		rule->subject = POLICY_USER;
		return parse_owner(parser, "user", parser->names->find_user, &rule->id);
	}
	if (policy_parser_is(parser, "group")) {
		rule->subject = POLICY_GROUP;
		return parse_owner(parser, "group", parser->names->find_group, &rule->id);
	}
	return policy_parser_fail(parser, parser->word.column,
		"'user', 'group' or 'any' expected, not '%s'", parser->word.text);
}

static bool parse_bridge(struct policy_parser *parser, struct policy_rule *rule)
{
	const char *reason = NULL;
	size_t offset = 0;

	if (!policy_parser_take(parser, "'bridge'"))
		return false;
	if (!policy_parser_is(parser, "bridge"))
		return policy_parser_fail(parser, parser->word.column,
			"'bridge' expected, not '%s'", parser->word.text);
	if (!policy_parser_take(parser, "a pattern"))
		return false;
	reason = policy_pattern_parse(parser->word.text, rule, &offset);
	if (reason != NULL)
		return policy_parser_fail(parser, parser->word.column + offset, "bridge '%s': %s",
			parser->word.text, reason);
	policy_option_defaults(rule);
	return true;
}

/* The line's first word was taken. */
static bool parse_rule(struct policy_parser *parser, struct policy_rule *rule)
{
	if (!policy_parser_is(parser, "permit") && !policy_parser_is(parser, "deny"))
		return policy_parser_fail(parser, parser->word.column,
			"'permit' or 'deny' expected, not '%s'", parser->word.text);
	rule->permit = policy_parser_is(parser, "permit");
	if (!parse_subject(parser, rule) || !parse_bridge(parser, rule))
		return false;
	parser->seen = 0;
	while (policy_line_next(&parser->line, &parser->word))
		if (!policy_option_parse(parser, rule))
			return false;
	return policy_option_check(parser, rule);
}

static void parse_line(struct policy_parser *parser)
{
	struct policy_rule rule = {.file = parser->file, .line = parser->number};
	size_t column = 0;
	const char *reason = policy_line_check(&parser->line, &column);

	if (reason != NULL) {
		policy_parser_fail(parser, column, "%s", reason);
		return;
	}
	if (policy_line_next(&parser->line, &parser->word) && parse_rule(parser, &rule))
		policy_add_rule(parser->policy, &rule);
}

void policy_parse(struct policy *policy, const char *file, const char *text, size_t size,
	const struct policy_names *names)
{
	struct policy_parser parser = {.policy = policy, .names = names, .file = file};
	size_t at = 0;

	while (at < size) {
		const char *end = memchr(text + at, '\n', size - at);

		parser.number++;
		if (end == NULL) {
			policy_parser_fail(&parser, size - at + 1,
				"no newline at the end: the file may have been cut short");
			return;
		}
		parser.line = (struct policy_line){
			.text = text + at, .length = (size_t)(end - text) - at};
		parse_line(&parser);
		at = (size_t)(end - text) + 1;
	}
}
