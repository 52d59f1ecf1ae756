/* SPDX-License-Identifier: MIT
 * A command on a bridge: the process that becomes it. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/netns/private.h"

#define LAN_VARIABLE "OWRUN_LAN" /* the bridge, for prompts and scripts */

/* The user's; the caller frees it. */
static char *find_shell(void)
{
	const char *shell = getenv("SHELL");
	const struct passwd *user = getpwuid(getuid());

	if (shell == NULL || shell[0] != '/')
		shell = user != NULL && user->pw_shell[0] == '/' ? user->pw_shell : "/bin/sh";
	return text_format("%s", shell);
}

/* Files of the user's set the prompt of bash, and it runs this afterwards, each time. */
static void set_prompt(const char *shell, const char *bridge)
{
	OWNED_MEMORY char *prompt = text_format("(%s) %s ", bridge, geteuid() == 0 ? "#" : "$");

	if (strcmp(strrchr(shell, '/') + 1, "bash") == 0)
		setenv("PROMPT_COMMAND",
			"case $PS1 in \"($" LAN_VARIABLE ") \"*) ;; *) PS1=\"($" LAN_VARIABLE
			") $PS1\" ;; esac",
			1);
	else
		setenv("PS1", prompt, 1);
}

int session_become(const struct session *session)
{
	OWNED_MEMORY char *shell = find_shell();
	char *const alone[] = {shell, NULL};
	char *const *argv = session->argv == NULL ? alone : session->argv;

	setenv(LAN_VARIABLE, session->netns.bridge, 1);
	if (session->argv == NULL)
		set_prompt(shell, session->netns.bridge);
	execvp(argv[0], argv);
	text_say("cannot start '%s': %s", argv[0], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
