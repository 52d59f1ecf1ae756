/* SPDX-License-Identifier: MIT
 * The VMs that the operands of a command mean. */
#include "launcher/command/operand.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/options/resolve.h"
#include "launcher/runtime/find.h"

/* The commands whose operand is a VM that is there, by its name or its directory. */
#define NAMED \
	(COMMAND_STATUS | COMMAND_CONSOLE | COMMAND_SSH | COMMAND_STOP | COMMAND_KILL | \
		COMMAND_RESTART | COMMAND_RM | COMMAND_MONITOR | COMMAND_LOG | COMMAND_WAIT | \
		COMMAND_CAPTURE | COMMAND_OPEN)

/* Those of them that use its directory. */
#define OF_DIRECTORY (COMMAND_STATUS | COMMAND_RESTART | COMMAND_RM)

/* Those that wait for each VM: they do so for all at once. */
#define AT_ONCE (COMMAND_STOP | COMMAND_KILL | COMMAND_WAIT)

int operand_resolve(const struct command *command, struct options *options, char **reterr_text)
{
	int r = 0;

	if (!(command->bit & NAMED))
		return 0;
	r = (command->bit & OF_DIRECTORY ? resolve_living : resolve_running)(options->operand,
		options->trust_directory, &options->name, &options->vmdir, reterr_text);
	if (r == 0)
		options->operand = options->name;
	return r;
}

static int run_one(const struct command *command, struct options *options, char *operand)
{
	OWNED_MEMORY char *error = NULL;
	int status = 1;

	free(options->name);
	options->name = NULL;
	vmdir_close(&options->vmdir);
	options->vmdir = (struct vmdir)VMDIR_NONE;
	options->operand = operand;
	if (operand_resolve(command, options, &error) < 0)
		text_say("%s", error);
	else
		status = command->run(options);
	fflush(stdout);
	return ferror(stdout) && status == 0 ? 1 : status;
}

/* In a process of its own, which ends with this one. Returns its pid, or -errno. */
static pid_t start_one(const struct command *command, struct options *options, char *operand)
{
	pid_t self = getpid(), pid = fork();

	if (pid < 0)
		return -errno;
	if (pid > 0)
		return pid;
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0 || getppid() != self)
		_exit(1);
	_exit(run_one(command, options, operand));
}

static int run_at_once(const struct command *command, struct options *options)
{
	OWNED_MEMORY pid_t *pids = calloc(options->n_operands + 1, sizeof(*pids));
	int highest = 0;

	if (pids == NULL)
		abort();
	for (size_t i = 0; i < options->n_operands; i++)
		pids[i] = start_one(command, options, options->operands[i]);
	for (size_t i = 0; i < options->n_operands; i++) {
		int news = 0, status = 1;

		if (pids[i] < 0)
			text_say("cannot start a process: %s", strerror(-pids[i]));
		else if (waitpid(pids[i], &news, 0) == pids[i] && WIFEXITED(news))
			status = WEXITSTATUS(news);
		if (status > highest)
			highest = status;
	}
	return highest;
}

static int run_in_turn(const struct command *command, struct options *options)
{
	bool titled = command->bit == COMMAND_LOG && options->n_operands > 1;
	int highest = 0;

	for (size_t i = 0; i < options->n_operands; i++) {
		int status = 0;

		/* As tail(1) and head(1) part files. */
		if (titled && i > 0)
			putchar('\n');
		if (titled)
			text_print(stdout, "==> %s <==", options->operands[i]);
		fflush(stdout);
		status = run_one(command, options, options->operands[i]);
		if (status > highest)
			highest = status;
	}
	return highest;
}

static void add_running(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	struct options *options = context;

	(void)runtime;
	if (alive)
		options_add_operand(options, text_format("%s", name));
}

static int run_all(const struct command *command, struct options *options)
{
	struct runtime_places places = {0};
	int status = 0;

	runtime_places_init(&places);
	runtime_each(&places, add_running, options);
	if (options->n_operands == 0)
		text_say("no VM is running");
	status = run_at_once(command, options);
	for (size_t i = 0; i < options->n_operands; i++)
		free(options->operands[i]);
	return status;
}

int operand_run_each(const struct command *command, struct options *options)
{
	if (options->all && options->n_operands > 0) {
		text_say("'--all' means every VM that runs, and takes no '%s'",
			options->operands[0]);
		return EXIT_USAGE;
	}
	if (options->follow && options->n_operands > 1) {
		text_say("'owrun %s --follow' takes one %s", command->name, command->operand);
		return EXIT_USAGE;
	}
	if (options->all)
		return run_all(command, options);
	if (options->n_operands > 1 && (command->bit & AT_ONCE))
		return run_at_once(command, options);
	return run_in_turn(command, options);
}
