/* SPDX-License-Identifier: MIT
 * `owrun monitor`: QEMU's human monitor, for a person, a script, or one command.
 *
 * Commands go by QMP, a connection each: the monitor's own socket stays free, and echoes
 * nothing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/command/commands.h"
#include "launcher/command/console.h"
#include "launcher/qemu/qmp.h"
#include "launcher/qemu/shutdown.h"
#include "launcher/runtime/connect.h"

#define CONNECT_TIMEOUT 5000  /* ms */
#define COMMAND_TIMEOUT 60000 /* ms: saving a VM takes its time */

/* The monitor tells errors as text, like everything else. */
static bool is_error(const char *output)
{
	return strncmp(output, "unknown command:", 16) == 0 || strncmp(output, "Error:", 6) == 0 ||
	       strncmp(output, "invalid ", 8) == 0;
}

/* What is in it may be the guest's: nothing of it gets at the terminal. */
static void print_output(const char *output)
{
	struct visible visible = {0};
	size_t length = strlen(output);

	visible_write(&visible, output, length, stdout);
	visible_end(&visible, stdout);
	if (length > 0 && output[length - 1] != '\n')
		putchar('\n');
	fflush(stdout);
}

/* Run a command and print what it says. Returns 0, 1 when it failed, or -errno with a sentence. */
static int run_line(const struct runtime *runtime, const char *line, char **reterr_text)
{
	OWNED_MEMORY char *output = NULL;
	struct qmp qmp = {.socket = -1};
	int r = qmp_connect(runtime, CONNECT_TIMEOUT, &qmp);

	if (r < 0)
		return text_fail(reterr_text, r, "QEMU does not answer: %s", strerror(-r));
	r = qmp_human(&qmp, line, COMMAND_TIMEOUT, &output, reterr_text);
	qmp_close(&qmp);
	if (r < 0)
		return r;
	print_output(output);
	return is_error(output) ? 1 : 0;
}

/* "q" and "quit" end QEMU, maybe before it has answered. */
static bool is_quit(const char *line)
{
	const char *word = line + strspn(line, " \t");
	size_t length = strcspn(word, " \t");

	return (length == 1 || length == 4) && strncmp(word, "quit", length) == 0;
}

static int run_quit(const struct runtime *runtime, const char *name, char **reterr_text)
{
	OWNED_FD pidfd = runtime_process_open(runtime);

	if (pidfd < 0 || shutdown_quit(runtime, pidfd) < 0)
		return text_fail(reterr_text, -ETIMEDOUT,
			"VM '%s' does not end; 'owrun kill %s' ends it", name, name);
	text_say("VM '%s' has ended", name);
	attach_tidy_up(runtime);
	return 0;
}

static int run_and_tell(const struct runtime *runtime, const char *name, const char *line)
{
	OWNED_MEMORY char *error = NULL;
	int r = is_quit(line) ? run_quit(runtime, name, &error) : run_line(runtime, line, &error);

	return text_exit_status(r, error);
}

/* The words as one line, as a person would type it; the caller frees it. */
static char *join(char *const *words, size_t n)
{
	char *line = text_format("%s", n == 0 ? "" : words[0]);

	for (size_t i = 1; i < n; i++)
		text_append(&line, " %s", words[i]);
	return line;
}

/* Run the lines of standard input. The status is 1 when one of them failed. */
static int run_script(const struct runtime *runtime, const char *name)
{
	OWNED_MEMORY char *line = NULL;
	size_t size = 0;
	int status = 0;

	while (getline(&line, &size, stdin) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		if (line[strspn(line, " \t")] == '\0')
			continue;
		if (run_and_tell(runtime, name, line) != 0)
			status = 1;
		if (is_quit(line))
			break;
	}
	return status;
}

int monitor_run(struct options *options)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *line = NULL;
	OWNED_FD pidfd = -1;

	if (options->n_rest == 0 && isatty(STDIN_FILENO) == 1)
		return attach_vm(options, SERIAL_TERMINAL_MONITOR);
	if (attach_find(options, ATTACH_TIMEOUT, &runtime, &pidfd, &error) < 0) {
		text_say("%s", error);
		return 1;
	}
	if (options->n_rest == 0)
		return run_script(&runtime, options->operand);
	line = join(options->rest, options->n_rest);
	return run_and_tell(&runtime, options->operand, line);
}
