/* SPDX-License-Identifier: MIT
 * owrun: the table of commands. */
#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/commands.h"
#include "launcher/text.h"

#define USAGE 2 /* exit status of a command line that makes no sense */

static const char run_help[] =
	"Disk keys: format=raw|qcow2 (else by suffix: .img, .raw, .qcow2), if=virtio|ide,\n"
	"readonly, snapshot (writes are thrown away). IMAGE is the first disk.\n"
	"Forwards listen on 127.0.0.1; HOST 0 is any free port. They lead into the WAN,\n"
	"or to 192.168.1.1 where the LAN is a user network.\n"
	"Keys: Ctrl-A x ends the VM, Ctrl-A c is the monitor, Ctrl-] leaves the console.";

static const struct command commands[] = {
	{
		.name = "run",
		.bit = COMMAND_RUN,
		.operand = "IMAGE",
		.summary = "Start a VM with its console here; -d: in the background.",
		.help = run_help,
		.run = run_run,
	},
	{
		.name = "ls",
		.bit = COMMAND_LS,
		.summary = "List your VMs.",
		.run = list_run,
	},
	{
		.name = "console",
		.bit = COMMAND_CONSOLE,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "Go to the console of a VM.",
		.run = attach_run,
	},
	{
		.name = "stop",
		.bit = COMMAND_STOP,
		.operand = "NAME",
		.operand_needed = true,
		.summary = "End a VM: by its power button, else by QEMU's quit, else by a kill.",
		.run = stop_run,
	},
	{
		.name = "nets",
		.bit = COMMAND_NETS,
		.summary = "List the bridges that the policy has rules for you on.",
		.run = nets_run,
	},
	{
		.name = "ports",
		.bit = COMMAND_PORTS,
		.summary = "List your ports on bridges (root: everybody's).",
		.run = ports_run,
	},
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *stream)
{
	fputs("usage: owrun COMMAND [OPTIONS]\n"
	      "Virtual machines on real bridges, without root.\n\n",
		stream);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(stream, "  %-8s  %s\n", commands[i].name, commands[i].summary);
	fputs("\n'owrun COMMAND --help' tells more; 'owrun --version' tells the version.\n",
		stream);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0)
			return &commands[i];
	return NULL;
}

static int say_unknown(const char *name)
{
	const char *names[N_COMMANDS] = {0}, *nearest = NULL;

	for (size_t i = 0; i < N_COMMANDS; i++)
		names[i] = commands[i].name;
	nearest = text_nearest(name, names, N_COMMANDS);
	if (nearest != NULL)
		text_say("there is no command '%s'; did you mean 'owrun %s'?", name, nearest);
	else
		text_say("there is no command '%s'; 'owrun --help' lists them", name);
	return USAGE;
}

static int carry_out(const struct command *command, char *const *argv, size_t n)
{
	OWNED_MEMORY char *error = NULL;
	struct options options = {0};
	int status = 0;

	options_init(&options);
	if (options_parse(command, argv, n, &options, &error) < 0) {
		text_say("%s", error);
		status = USAGE;
	} else if (options.help) {
		options_print_help(command, stdout);
	} else {
		status = command->run(&options);
	}
	options_free(&options);
	return status;
}

int main(int argc, char **argv)
{
	const struct command *command = NULL;

	if (argc < 2) {
		print_help(stderr);
		return USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("owrun " OWVM_VERSION);
		return 0;
	}
	command = find_command(argv[1]);
	if (command == NULL)
		return say_unknown(argv[1]);
	return carry_out(command, argv + 2, (size_t)argc - 2);
}
