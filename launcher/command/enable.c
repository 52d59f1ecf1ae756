/* SPDX-License-Identifier: MIT
 * `owrun enable` and `owrun disable`: VMs that systemd starts. */
#include <errno.h>
#include <stdio.h>

#include "common/cleanup.h"
#include "launcher/autostart/autostart.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/options/resolve.h"

/* The VM's name, and its directory where it is kept. */
static int find(struct options *options, char **reterr_text)
{
	return resolve_operand(options->operand, options->trust_directory, &options->name,
		&options->vmdir, reterr_text);
}

static int enable(struct options *options, char **reterr_text)
{
	int r = find(options, reterr_text);

	if (r == 0 && options->vmdir.fd < 0)
		r = text_fail(reterr_text, -ENOENT,
			"there is no VM '%s' that is kept; 'owrun ls' lists them",
			options->operand);
	if (r == 0)
		r = autostart_enable(options->name, options->vmdir.path, reterr_text);
	if (r < 0)
		return r;
	if (!autostart_is_served()) {
		text_print(stdout,
			"%s: is set to be started by systemd, which this host does not run",
			options->name);
		return 0;
	}
	text_print(stdout,
		"%s: is started by systemd from now on; 'systemctl --user start owrun@%s' does so at once",
		options->name, options->name);
	if (!autostart_lingers())
		text_say(
			"it starts at your first login, and ends after your last session; 'loginctl enable-linger' lets it start with the host, and stay");
	return 0;
}

static int disable(struct options *options, char **reterr_text)
{
	bool was = false;
	int r = find(options, reterr_text);

	if (r == 0)
		r = autostart_disable(options->name, &was, reterr_text);
	if (r == 0)
		text_print(stdout, "%s: %s", options->name,
			was ? "is no longer started by systemd" : "was not started by systemd");
	return r;
}

int enable_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = enable(options, &error);

	return text_exit_status(r, error);
}

int disable_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = disable(options, &error);

	return text_exit_status(r, error);
}
