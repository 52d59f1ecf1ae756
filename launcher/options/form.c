/* SPDX-License-Identifier: MIT
 * How many operands a command takes, and behind which verb. */
#include "launcher/options/form.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/home/vmdir.h"

char *form_usage(const struct command *command)
{
	const char *operand = command->operand == NULL ? "" : command->operand;
	const char *rest = command->rest == NULL ? "" : command->rest;
	const char *open = command->operand_optional ? "[" : "";
	const char *close = command->operand_optional ? "]" : "";

	return text_format("%s%s%s%s%s%s", open, operand, command->several ? "..." : "", close,
		*rest == '\0' ? "" : " ", rest);
}

size_t form_most(const struct command *command)
{
	size_t n = 1;

	if (!command->several && (command->rest == NULL || command->rest_raw))
		return n;
	if (command->several || strstr(command->rest, "...") != NULL)
		return SIZE_MAX;
	for (const char *c = command->rest; *c != '\0'; c++)
		n += c == command->rest || c[-1] == ' ' ? 1 : 0;
	return n;
}

/* How many it needs: what is in brackets, and a rest that is another program's, may be missing. */
static size_t least_operands(const struct command *command)
{
	const char *rest = command->rest;
	size_t n = command->operand == NULL || command->operand_optional ? 0 : 1;

	if (rest == NULL || command->rest_raw || command->forms != NULL)
		return n;
	for (const char *c = rest; *c != '\0'; c++)
		n += (c == rest || c[-1] == ' ') && *c != '[' ? 1 : 0;
	return n;
}

static int say_missing(const struct command *command, size_t n, char **reterr_text)
{
	OWNED_MEMORY char *usage = form_usage(command);
	const char *what = n == 0 ? command->operand : command->rest;

	return text_fail(reterr_text, -EINVAL, "'owrun %s' needs %s %s; say 'owrun %s %s'",
		command->name, strchr("AEIOUaeiou", what[0]) == NULL ? "a" : "an", what,
		command->name, usage);
}

/* The form of the verb, or that of operands which are none; NULL: there is none. */
static const struct command_form *find(const struct command_form *forms, const char *verb)
{
	while (forms->usage != NULL && forms->verb != NULL && strcmp(forms->verb, verb) != 0)
		forms++;
	return forms->usage == NULL ? NULL : forms;
}

/* The form that other programs have that word for; NULL: none. */
static const struct command_form *find_other(const struct command_form *forms, const char *word)
{
	for (; forms->usage != NULL; forms++)
		if (forms->others != NULL && text_has_word(forms->others, word))
			return forms;
	return NULL;
}

static int say_no_verb(const struct command *command, const char *word, char **reterr_text)
{
	const struct command_form *other = find_other(command->forms, word);

	if (other != NULL)
		return text_fail(reterr_text, -EINVAL,
			"there is no 'owrun %s %s'; say 'owrun %s %s'", command->name, word,
			command->name, other->usage);
	return text_fail(reterr_text, -EINVAL, "'owrun %s' has %s, and no '%s'", command->name,
		command->operand, word);
}

static int check_form(
	const struct command *command, char *const *operands, size_t n, char **reterr_text)
{
	const struct command_form *form = find(command->forms, operands[0]);
	bool other = form == NULL ||
		     (form->verb == NULL && find_other(command->forms, operands[0]) != NULL &&
			     !vmdir_created(operands[0]));

	if (other)
		return say_no_verb(command, operands[0], reterr_text);
	if (n - 1 < form->least)
		return text_fail(reterr_text, -EINVAL, "an operand is missing; say 'owrun %s %s'",
			command->name, form->usage);
	if (n - 1 > form->most)
		return text_fail(reterr_text, -EINVAL, "'%s' is too many; say 'owrun %s %s'",
			operands[form->most + 1], command->name, form->usage);
	return 0;
}

int form_check(const struct command *command, char *const *operands, size_t n, char **reterr_text)
{
	if (n < least_operands(command))
		return say_missing(command, n, reterr_text);
	return command->forms == NULL || n == 0 ? 0 : check_form(command, operands, n, reterr_text);
}
