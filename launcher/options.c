/* SPDX-License-Identifier: MIT
 * The command line of owrun: reading it and explaining it, by the table. */
#include "launcher/options.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/text.h"

#define ESCAPE_DEFAULT 0x1d /* ^] */
#define TIMEOUT_DEFAULT 10  /* seconds */
#define NAMES_MAX 64
#define HELP_COLUMN 33 /* widest option with its value */

void options_init(struct options *ret_options)
{
	*ret_options = (struct options){.escape = ESCAPE_DEFAULT, .timeout = TIMEOUT_DEFAULT};
	vm_init(&ret_options->vm);
}

void options_free(struct options *options)
{
	vm_free(&options->vm);
}

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
	const char *names[NAMES_MAX] = {0}, *nearest = NULL;
	size_t n = 0;

	for (const struct option_row *row = options_table; row->name != NULL && n < NAMES_MAX;
		row++)
		if (row->commands & command->bit)
			names[n++] = row->name;
	if (strncmp(word, "--", 2) == 0)
		nearest = text_nearest(word + 2, names, n);
	if (nearest != NULL)
		return text_fail(reterr_text, -EINVAL,
			"'owrun %s' has no option '%s'; did you mean '--%s'?", command->name, word,
			nearest);
	return text_fail(reterr_text, -EINVAL,
		"'owrun %s' has no option '%s'; 'owrun %s --help' lists them", command->name, word,
		command->name);
}

static const struct option_row *find_row(
	const struct command *command, const char *text, size_t length)
{
	if (strncmp(text, "--", 2) == 0)
		return find_long(command, text + 2, length - 2);
	return length == 2 ? find_letter(command, text[1]) : NULL;
}

/* Carry out the option argv[0], whose value may be argv[1] where n allows. Returns how many of them
 * it took, or -EINVAL with a sentence. */
static int take_option(const struct command *command, char *const *argv, size_t n,
	struct options *options, char **reterr_text)
{
	size_t length = strcspn(argv[0], "=");
	const struct option_row *row = find_row(command, argv[0], length);
	OWNED_MEMORY char *name = text_format("%.*s", (int)length, argv[0]);
	const char *value = argv[0][length] == '=' ? argv[0] + length + 1 : NULL;
	int taken = 1, r = 0;

	if (row == NULL)
		return say_unknown(command, name, reterr_text);
	if (row->value == NULL && value != NULL)
		return text_fail(reterr_text, -EINVAL, "option '%s' takes no value", name);
	if (row->value != NULL && value == NULL && n > 1) {
		value = argv[1];
		taken = 2;
	}
	if (row->value != NULL && (value == NULL || (value[0] == '\0' && !row->may_be_empty)))
		return text_fail(
			reterr_text, -EINVAL, "option '%s' needs a value: %s", name, row->value);
	r = row->set(options, value, reterr_text);
	return r < 0 ? r : taken;
}

static int set_operand(const struct command *command, const char *text, struct options *options,
	char **reterr_text)
{
	if (command->operand == NULL)
		return text_fail(reterr_text, -EINVAL, "'owrun %s' takes no '%s'; see '--help'",
			command->name, text);
	if (options->operand != NULL)
		return text_fail(reterr_text, -EINVAL,
			"'owrun %s' takes one %s, and '%s' and '%s' are two", command->name,
			command->operand, options->operand, text);
	options->operand = text;
	return 0;
}

static int finish(const struct command *command, struct options *options, char **reterr_text)
{
	if (options->help)
		return 0;
	if (command->operand_needed && options->operand == NULL)
		return text_fail(reterr_text, -EINVAL, "'owrun %s' needs a %s; see '--help'",
			command->name, command->operand);
	if (command->bit == COMMAND_RUN && options->operand != NULL)
		return vm_add_image(&options->vm, options->operand, reterr_text);
	return 0;
}

/* Is argv[i] where the rest begins, which is taken as it is? */
static bool rest_begins(
	const struct command *command, const struct options *options, const char *word)
{
	if (command->rest == NULL)
		return false;
	return strcmp(word, "--") == 0 || (options->operand != NULL && word[0] != '-');
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
		else if (option)
			taken = take_option(command, argv + i, n - i, options, reterr_text);
		else if (set_operand(command, argv[i], options, reterr_text) < 0)
			taken = -EINVAL;
		if (taken < 0)
			return taken;
		i += (size_t)taken;
	}
	return finish(command, options, reterr_text);
}

static void print_row(const struct option_row *row, FILE *stream)
{
	char letter[] = {',', ' ', '-', row->letter, '\0'};
	OWNED_MEMORY char *name =
		text_format("--%s%s%s%s", row->name, row->value == NULL ? "" : " ",
			row->value == NULL ? "" : row->value, row->letter == '\0' ? "" : letter);

	fprintf(stream, "  %-*s %s\n", HELP_COLUMN, name, row->help);
}

void options_print_help(const struct command *command, FILE *stream)
{
	const char *open = command->operand_needed ? " " : " [";
	const char *close = command->operand_needed ? "" : "]";

	if (command->operand == NULL)
		open = close = "";
	fprintf(stream, "usage: owrun %s [OPTIONS]%s%s%s%s%s\n%s\n\n", command->name, open,
		command->operand == NULL ? "" : command->operand, close,
		command->rest == NULL ? "" : " ", command->rest == NULL ? "" : command->rest,
		command->summary);
	for (const struct option_row *row = options_table; row->name != NULL; row++)
		if (row->commands & command->bit)
			print_row(row, stream);
	if (command->help != NULL)
		fprintf(stream, "\n%s\n", command->help);
}
