/* SPDX-License-Identifier: MIT
 * The command line of owrun: reading it by the table. */
#include "launcher/options/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/options/form.h"
#include "launcher/options/qemu.h"
#include "launcher/options/table.h"

static const struct option_row *find_long(
	const struct command *command, const char *name, size_t length)
{
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if ((row->commands & command->bit) && strlen(row->name) == length &&
			memcmp(row->name, name, length) == 0)
			return row;
	return NULL;
}

static const struct option_row *find_letter(const struct command *command, char letter)
{
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if ((row->commands & command->bit) && row->letter == letter)
			return row;
	return NULL;
}

static int say_unknown(const struct command *command, const char *word, char **reterr_text)
{
	const char *nearest = options_nearest(word + strspn(word, "-"), command->bit);

	if (nearest != NULL)
		return text_fail(reterr_text, -EINVAL,
			"'owrun %s' has no option '%s'; did you mean '--%s'?", command->name, word,
			nearest);
	if (command->rest_letters && word[0] == '-' && word[1] != '-')
		return text_fail(reterr_text, -EINVAL,
			"'owrun %s' has no option '%s'; options of %s itself go behind the %s",
			command->name, word, command->name, command->operand);
	return text_fail(reterr_text, -EINVAL,
		"'owrun %s' has no option '%s'; 'owrun %s --help' lists them", command->name, word,
		command->name);
}

/* Find the row of an option. QEMU's options have one dash, and some have names of their own. */
static int find_row(const struct command *command, const char *text, size_t length,
	const struct option_row **ret_row, const char **ret_value, char **reterr_text)
{
	OWNED_MEMORY char *word = text_format("%.*s", (int)length, text);
	const char *name = word[1] == '-' ? word + 2 : word + 1;
	bool qemu = (command->bit & OPTIONS_QEMU_COMMANDS) && word[1] != '-';
	const char *alias = qemu ? options_qemu_alias(name, ret_value) : NULL;

	*ret_row = word[1] != '-' && length == 2 ? find_letter(command, word[1])
						 : find_long(command, name, strlen(name));
	if (*ret_row == NULL && alias != NULL)
		*ret_row = find_long(command, alias, strlen(alias));
	return *ret_row == NULL ? say_unknown(command, word, reterr_text) : 0;
}

/* Act on an option whose value was found. */
static int set_option(const struct option_row *row, const char *value, struct options *options,
	char **reterr_text)
{
	if (row->set != NULL)
		return row->set(options, value, reterr_text);
	settings_add(&options->settings, row, value == NULL ? "yes" : value, NULL, NULL);
	return 0;
}

/* Carry out the option argv[0], whose value may be argv[1] where n allows. Returns how many of them
 * it took, or -EINVAL with a sentence. */
static int take_option(const struct command *command, char *const *argv, size_t n,
	struct options *options, char **reterr_text)
{
	size_t length = strcspn(argv[0], "=");
	OWNED_MEMORY char *name = text_format("%.*s", (int)length, argv[0]);
	const char *given = argv[0][length] == '=' ? argv[0] + length + 1 : NULL, *value = given;
	const struct option_row *row = NULL;
	int taken = 1, r = find_row(command, argv[0], length, &row, &value, reterr_text);

	if (r < 0 || row == NULL)
		return r;
	/* An alias may bring the value with it. */
	if ((row->value == NULL && value != NULL) || (given != NULL && value != given))
		return text_fail(reterr_text, -EINVAL, "option '%s' takes no value", name);
	if (row->value != NULL && value == NULL && n > 1) {
		value = argv[1];
		taken = 2;
	}
	if (row->value != NULL &&
		(value == NULL || (value[0] == '\0' && !(row->flags & OPTION_EMPTY))))
		return text_fail(
			reterr_text, -EINVAL, "option '%s' needs a value: %s", name, row->value);
	r = set_option(row, value, options, reterr_text);
	return r < 0 ? r : taken;
}

static int set_operand(
	const struct command *command, char *text, struct options *options, char **reterr_text)
{
	if (command->operand == NULL)
		return text_fail(reterr_text, -EINVAL, "'owrun %s' takes no '%s'; see '--help'",
			command->name, text);
	if (options->operand != NULL && !command->several &&
		(command->rest == NULL || command->rest_raw))
		return text_fail(reterr_text, -EINVAL,
			"'owrun %s' takes one %s, and '%s' and '%s' are two", command->name,
			command->operand, options->operand, text);
	if (options->n_operands == form_most(command))
		return text_fail(reterr_text, -EINVAL, "'owrun %s' takes no '%s'; see '--help'",
			command->name, text);
	options_add_operand(options, text);
	options->operand = options->operands[0];
	return 0;
}

/* Is argv[i] where the rest begins, which is taken as it is? */
static bool rest_begins(
	const struct command *command, const struct options *options, const char *word)
{
	if (command->rest == NULL || !command->rest_raw)
		return false;
	/* Where the first operand may be missing only "--" tells. */
	return strcmp(word, "--") == 0 ||
	       (options->operand != NULL && !command->operand_optional &&
		       (word[0] != '-' || (command->rest_letters && word[1] != '-')));
}

/* Options that QEMU's words became. */
static int take_items(const struct command *command, struct options *options, char **reterr_text)
{
	struct translation *translation = &options->translation;
	int r = 0;

	for (size_t i = 0; i < translation->n_items; i++) {
		const char *name = translation->items[i].option;
		OWNED_MEMORY char *value = translation->items[i].value;
		const struct option_row *row = find_long(command, name, strlen(name));
		OWNED_MEMORY char *word = text_format("-%s", name);

		if (row == NULL)
			r = say_unknown(command, word, reterr_text);
		else
			settings_add(&options->settings, row, value, NULL, NULL);
	}
	translation->n_items = 0;
	return r;
}

static int take_word(const struct command *command, char *const *argv, size_t n,
	struct options *options, char **reterr_text)
{
	size_t taken = command->bit & OPTIONS_QEMU_COMMANDS
			       ? translation_take(&options->translation, argv, n)
			       : 0;

	if (taken == 0)
		return take_option(command, argv, n, options, reterr_text);
	return take_items(command, options, reterr_text) < 0 ? -EINVAL : (int)taken;
}

/* A line that was pasted begins with the program that it starts, as root. Returns how many words
 * that are. */
static int take_program(
	const struct command *command, char *const *argv, size_t n, struct options *options)
{
	size_t sudo = n > 1 && strcmp(argv[0], "sudo") == 0 ? 1 : 0;
	const char *arch = translation_program(argv[sudo]);

	if (command->bit != COMMAND_RUN || arch == NULL)
		return 0;
	settings_add(
		&options->settings, options_find_key("arch", strlen("arch")), arch, NULL, NULL);
	return (int)sudo + 1;
}

/* The sentence is told later, with all that is wrong. */
static void keep_wrong(struct options *options, char **reterr_text)
{
	translation_complain(&options->translation, *reterr_text);
	*reterr_text = NULL;
}

/* Go on behind a word that is wrong, and what may be its value. Returns how many words that are. */
static int pass_over(char *const *argv, size_t n, struct options *options, char **reterr_text)
{
	keep_wrong(options, reterr_text);
	return argv[0][0] == '-' && n > 1 && argv[1][0] != '-' ? 2 : 1;
}

/* Of what is wrong the last sentence is told by whoever is told of the failure. */
static int tell_wrong(struct options *options, char **reterr_text)
{
	struct translation *translation = &options->translation;

	free(*reterr_text);
	*reterr_text = translation->wrong[--translation->n_wrong];
	return -EINVAL;
}

static void try_settings(struct options *options)
{
	char *error = NULL;

	for (size_t i = 0; i < options->settings.n; i++)
		if (settings_apply_one(&options->settings, i, &options->vm, &error) < 0)
			keep_wrong(options, &error);
}

static int finish(const struct command *command, struct options *options, char **reterr_text)
{
	translation_end(&options->translation);
	if (take_items(command, options, reterr_text) < 0)
		return -EINVAL;
	if (options->help && options->translation.n_wrong == 0)
		return 0;
	if (options->rest == NULL && options->n_operands > 1) {
		options->rest = options->operands + 1;
		options->n_rest = options->n_operands - 1;
	}
	if (!options->all && options->translation.n_wrong == 0 &&
		form_check(command, options->operands, options->n_operands, reterr_text) < 0)
		return -EINVAL;
	if (options_qemu_settle(&options->settings, reterr_text) < 0)
		keep_wrong(options, reterr_text);
	try_settings(options);
	return options->translation.n_wrong > 0 ? tell_wrong(options, reterr_text) : 0;
}

/* Returns how many words were taken, or -EINVAL with a sentence. */
static int take(const struct command *command, char *const *argv, size_t n, bool option,
	struct options *options, char **reterr_text)
{
	int taken = 0;

	if (option)
		taken = take_word(command, argv, n, options, reterr_text);
	else if (options->operand == NULL)
		taken = take_program(command, argv, n, options);
	if (taken == 0)
		taken = set_operand(command, argv[0], options, reterr_text) < 0 ? -EINVAL : 1;
	if (taken < 0 && (command->bit & OPTIONS_QEMU_COMMANDS))
		taken = pass_over(argv, n, options, reterr_text);
	return taken;
}

int options_parse(const struct command *command, char *const *argv, size_t n,
	struct options *options, char **reterr_text)
{
	bool only_operands = false;
	size_t i = 0;

	while (i < n) {
		bool option = !only_operands && argv[i][0] == '-' && argv[i][1] != '\0';
		int taken = 1;

		if (rest_begins(command, options, argv[i])) {
			size_t skip = strcmp(argv[i], "--") == 0 ? 1 : 0;

			options->rest = argv + i + skip;
			options->n_rest = n - i - skip;
			break;
		}
		if (option && strcmp(argv[i], "--") == 0)
			only_operands = true;
		else
			taken = take(command, argv + i, n - i, option, options, reterr_text);
		if (taken < 0)
			return taken;
		i += (size_t)taken;
	}
	return finish(command, options, reterr_text);
}
