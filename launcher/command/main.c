/* SPDX-License-Identifier: MIT
 * owrun: from the command line to a command. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/signals.h"
#include "launcher/base/standard-fds.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/foreign.h"
#include "launcher/command/operand.h"
#include "launcher/command/table.h"
#include "launcher/command/topics.h"
#include "launcher/netns/lease.h"
#include "launcher/options/help.h"
#include "launcher/options/parse.h"
#include "launcher/sandbox/sandbox.h"

#define NAMES_MAX 64

/* The command of which the word is a slip, or NULL. One that destroys is not proposed, nor another
 * that is less near. */
static const char *nearest_command(const char *name)
{
	const char *names[NAMES_MAX] = {0}, *nearest = NULL;
	size_t n = 0;

	for (const struct command *row = commands_table; row->name != NULL && n < NAMES_MAX; row++)
		names[n++] = row->name;
	nearest = text_nearest(name, names, n);
	return nearest == NULL || command_find(commands_table, nearest)->destroys ? NULL : nearest;
}

static int say_unknown(const char *name)
{
	const char *answer = foreign_answer(name);
	const char *nearest = nearest_command(name);

	if (answer != NULL)
		text_say("there is no command '%s'; %s", name, answer);
	else if (nearest != NULL)
		text_say("there is no command '%s'; did you mean 'owrun %s'?", name, nearest);
	else
		text_say("there is no command '%s'; 'owrun --help' lists them", name);
	return EXIT_USAGE;
}

/* All that has to change in a command line at once. */
static void say_wrong(const struct translation *translation, const char *last)
{
	for (size_t i = 0; i < translation->n_wrong; i++)
		text_say("%s", translation->wrong[i]);
	text_say("%s", last);
}

static int carry_out(const struct command *command, char *const *argv, size_t n)
{
	OWNED_MEMORY char *error = NULL;
	struct options options = {0};
	int status = 0;

	options_init(&options);
	options.commands = commands_table;
	if (options_parse(command, argv, n, &options, &error) < 0) {
		say_wrong(&options.translation, error);
		status = EXIT_USAGE;
	} else if (options.help) {
		options_print_help(command, stdout);
	} else if (command->several) {
		status = operand_run_each(command, &options);
	} else if (operand_resolve(command, &options, &error) < 0) {
		text_say("%s", error);
		status = 1;
	} else {
		status = command->run(&options);
	}
	options_free(&options);
	return status;
}

/* What was printed and did not arrive is a failure like any other. */
static int check_output(int status)
{
	int error = fflush(stdout) != 0 ? errno : ferror(stdout) ? EIO : 0;

	if (error == 0 || status != 0)
		return status;
	text_say("cannot write to standard output: %s", strerror(error));
	return 1;
}

static int act(int argc, char **argv)
{
	const struct command *command = NULL;

	if (argc < 2) {
		topics_print_commands(commands_table, stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		topics_print_commands(commands_table, stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("owrun " OWVM_VERSION);
		return 0;
	}
	command = command_find(commands_table, argv[1]);
	if (command == NULL)
		return say_unknown(argv[1]);
	return carry_out(command, argv + 2, (size_t)argc - 2);
}

int main(int argc, char **argv)
{
	int r = standard_fds_open();

	if (r < 0)
		return 1;
	signals_begin();
	r = sandbox_drop_capabilities();
	if (lease_called_back())
		return lease_tell(argc, argv);
	if (r < 0) {
		text_say("cannot keep capabilities from what is started: %s", strerror(-r));
		return 1;
	}
	return check_output(act(argc, argv));
}
