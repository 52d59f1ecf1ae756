/* SPDX-License-Identifier: MIT
 * Tests of completion.c and topics.c of launcher/command: what is printed for shells and people. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/tool.h"
#include "launcher/command/commands.h"
#include "launcher/command/table.h"
#include "launcher/command/topics.h"
#include "launcher/options/table.h"
#include "tests/unit/unit-scratch.h"
#include "tests/unit/unit.h"

#define LIMIT 60000 /* ms */
#define SCREEN_ROWS 30
#define SCREEN_COLUMNS 80
#define TOPIC_ROWS 24
#define TOPIC_COLUMNS 100

struct call {
	int (*run)(struct options *options);
	const char *operand;
};

static int carry_out(void *context)
{
	const struct call *call = context;
	OWNED_MEMORY char *operand = call->operand == NULL ? NULL : strdup(call->operand);
	struct options options;
	int r = 0;

	options_init(&options);
	options.operand = operand;
	options.commands = commands_table;
	r = call->run(&options);
	options_free(&options);
	return r;
}

/* What the command prints. Free it. */
static char *output_of(int (*run)(struct options *options), const char *operand)
{
	struct call call = {.run = run, .operand = operand};
	int r = -1;
	char *text = scratch_output(carry_out, &call, &r);

	assert_int_equal(r, 0);
	return text;
}

/* Does the text have begin, and behind it, before `end`, the part? */
static bool has_between(const char *text, const char *begin, const char *part, const char *end)
{
	const char *from = strstr(text, begin), *at = NULL, *to = NULL;

	if (from == NULL)
		return false;
	from += strlen(begin);
	at = strstr(from, part);
	to = strstr(from, end);
	return at != NULL && to != NULL && at < to;
}

static bool has_option(const struct command *command, const char *name)
{
	const struct option_row *row = options_table;
	while (row->name != NULL && (!(row->commands & command->bit) || strcmp(row->name, name)))
		row++;
	return row->name != NULL;
}

/* Has each option of each command a place in the shell's completion, and no other option? The
 * formats take the name of a command and of an option. */
static void check_options(const char *text, const char *begin, const char *part, const char *end)
{
	for (const struct command *row = commands_table; row->name != NULL; row++)
		for (const struct option_row *option = options_table; option->name != NULL;
			option++) {
			OWNED_MEMORY char *head = text_format("%s%s%s", "\t", row->name, begin);
			OWNED_MEMORY char *word = text_format("--%s%s", option->name, part);

			if (option->value != NULL && *part == '[')
				word[strlen(word) - 1] = '=';
			if (has_between(text, head, word, end) != has_option(row, option->name))
				fail_msg("%s --%s", row->name, option->name);
		}
}

static void test_bash_options(void **state)
{
	char *text = output_of(completion_run, "bash");

	(void)state;
	check_options(text, ")\n\t\toptions='", " ", "'");
	free(text);
}

static void test_zsh_options(void **state)
{
	char *text = output_of(completion_run, "zsh");

	(void)state;
	check_options(text, ")\n\t\t_arguments", "[", ";;");
	free(text);
}

static void test_fish_options(void **state)
{
	char *text = output_of(completion_run, "fish");

	(void)state;
	for (const struct command *row = commands_table; row->name != NULL; row++)
		for (const struct option_row *option = options_table; option->name != NULL;
			option++) {
			OWNED_MEMORY char *line = text_format(
				"'__fish_seen_subcommand_from %s' -l %s ", row->name, option->name);

			if ((strstr(text, line) != NULL) != has_option(row, option->name))
				fail_msg("%s", line);
		}
	free(text);
}

/* Run a shell with one option and a word. Free the output. Skips the test without the shell. */
static char *run_shell(const char *shell, const char *option, const char *word)
{
	const char *const words[] = {shell, option, word};
	char *argv[UNIT_COUNT(words) + 1] = {0}, *output = NULL, *error = NULL;
	int r = 0;

	for (size_t i = 0; i < UNIT_COUNT(words); i++)
		argv[i] = strdup(words[i]);
	r = tool_run(argv, -1, LIMIT, &output, &error);
	for (size_t i = 0; i < UNIT_COUNT(words); i++)
		free(argv[i]);
	if (r == -ENOENT)
		skip();
	if (r < 0)
		fail_msg("%s", error);
	return output;
}

static void check_syntax(const char *shell)
{
	char *text = output_of(completion_run, shell);

	scratch_write("completion", text);
	free(text);
	free(run_shell(shell, "-n", "completion"));
}

static void test_bash_syntax(void **state)
{
	(void)state;
	check_syntax("bash");
}

static void test_zsh_syntax(void **state)
{
	(void)state;
	check_syntax("zsh");
}

static void test_fish_syntax(void **state)
{
	(void)state;
	check_syntax("fish");
}

/* What bash offers for the last of the words. */
static void test_bash_completes(void **state)
{
	static const struct {
		const char *words, *expected;
	} cases[] = {
		{"owrun kil", "kill"},
		{"owrun --v", "--version"},
		{"owrun run --mem", "--memory"},
		{"owrun stop --ti", "--timeout"},
		{"owrun stop --mem", ""},
	};
	char *text = output_of(completion_run, "bash");

	(void)state;
	scratch_write("completion", text);
	free(text);
	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		char *script = text_format(
			"owrun() { :; }; . ./completion; COMP_WORDS=(%s); "
			"COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _owrun; "
			"printf %%s \"${COMPREPLY[*]}\"",
			cases[i].words);
		char *output = run_shell("bash", "-c", script);

		if (strcmp(output, cases[i].expected) != 0)
			fail_msg("'%s': '%s'", cases[i].words, output);
		free(output);
		free(script);
	}
}

static void test_unknown(void **state)
{
	struct call calls[] = {{completion_run, "tcsh"}, {help_run, "nonsense"}};

	(void)state;
	for (size_t i = 0; i < UNIT_COUNT(calls); i++)
		assert_int_equal(carry_out(&calls[i]), 2);
}

static void check_screen(const char *name, char *text, size_t max_rows, size_t max_columns)
{
	char *rest = text, *line = NULL;
	size_t rows = 0;

	assert_true(strlen(text) > 0);
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (strlen(line) > max_columns)
			fail_msg("%s: too wide: %s", name, line);
		rows++;
	}
	if (rows - 1 > max_rows) /* behind the last newline there is none */
		fail_msg("%s: %zu rows", name, rows - 1);
	free(text);
}

static void test_topics_fit(void **state)
{
	(void)state;
	for (size_t i = 0; topics_name(i) != NULL; i++) {
		bool all = strcmp(topics_name(i), "options") == 0;

		check_screen(topics_name(i), output_of(help_run, topics_name(i)),
			all ? SCREEN_ROWS : TOPIC_ROWS, TOPIC_COLUMNS);
	}
}

/* A command without a topic of its name is explained by its help; the list has all of both. */
static void test_help(void **state)
{
	char *text = output_of(help_run, "stop"), *list = output_of(help_run, NULL);

	(void)state;
	assert_ptr_equal(strstr(text, "usage: owrun stop [OPTIONS] NAME...\n"), text);
	for (const struct command *row = commands_table; row->name != NULL; row++) {
		char *line = text_format("\n  %-10s %s\n", row->name, row->help->summary);

		assert_non_null(strstr(list, row->minor ? row->name : line));
		free(line);
	}
	for (size_t i = 0; topics_name(i) != NULL; i++) {
		char *line = text_format("\n  %-10s ", topics_name(i));

		assert_non_null(strstr(list, line));
		free(line);
	}
	free(text);
	free(list);
}

static int print_commands(void *context)
{
	topics_print_commands(context, stdout);
	return 0;
}

static void test_commands_fit(void **state)
{
	int r = -1;

	(void)state;
	check_screen("owrun --help",
		scratch_output(print_commands, (void *)(uintptr_t)commands_table, &r), SCREEN_ROWS,
		SCREEN_COLUMNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bash_options),
		cmocka_unit_test(test_zsh_options),
		cmocka_unit_test(test_fish_options),
		cmocka_unit_test(test_bash_syntax),
		cmocka_unit_test(test_zsh_syntax),
		cmocka_unit_test(test_fish_syntax),
		cmocka_unit_test(test_bash_completes),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_topics_fit),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_commands_fit),
	};

	return cmocka_run_group_tests_name("completion", tests, scratch_set_up, scratch_tear_down);
}
