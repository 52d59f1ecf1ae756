/* SPDX-License-Identifier: MIT
 * What the command line asks for. */
#include "netd/start/arguments.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"

#define IDLE_MAX 1000000 /* s */

static const char usage[] =
	"usage: owvm-netd --listen PATH   serve a socket that it makes\n"
	"       owvm-netd [--idle-exit[=SECONDS]]\n"
	"                                 serve the socket of socket activation (LISTEN_FDS);\n"
	"                                 end after 60 or SECONDS s without client and port\n"
#ifdef OWVM_FILECAP
	"       owvm-netd --fd N          serve one request, as the calling user\n"
#endif
	"policy: " OWVM_POLICY_DIR "/policy.conf, " OWVM_POLICY_DIR "/policy.d/*.conf\n";

struct arguments arguments_parse(int argc, char **argv)
{
	struct arguments arguments = {.mode = ARGUMENTS_ACTIVATED};
	const char *seconds = argc == 2 ? argv[1] : "";

	if (argc == 1)
		return arguments;
	if (strcmp(seconds, "--idle-exit") == 0)
		seconds = "--idle-exit=60";
	if (strncmp(seconds, "--idle-exit=", 12) == 0 &&
		number_parse(seconds + 12, strlen(seconds + 12), IDLE_MAX, &arguments.idle) &&
		arguments.idle > 0)
		return arguments;
	if (argc == 3 && strcmp(argv[1], "--listen") == 0) {
		arguments.mode = ARGUMENTS_PATH;
		arguments.path = argv[2];
		return arguments;
	}
#ifdef OWVM_FILECAP
	if (argc == 3 && strcmp(argv[1], "--fd") == 0) {
		uint32_t fd = 0;

		if (number_parse(argv[2], strlen(argv[2]), INT32_MAX, &fd)) {
			arguments.mode = ARGUMENTS_FD;
			arguments.fd = (int)fd;
			return arguments;
		}
	}
#endif
	fputs(usage, stderr);
	exit(EXIT_FAILURE);
}
