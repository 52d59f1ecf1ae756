/* SPDX-License-Identifier: MIT
 * What the command line asks for. */
#include "netd/arguments.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"

static const char usage[] =
	"usage: owvm-netd --listen PATH   serve a socket that it makes\n"
	"       owvm-netd                 serve the socket of socket activation (LISTEN_FDS)\n"
#ifdef OWVM_FILECAP
	"       owvm-netd --fd N          serve one request, as the calling user\n"
#endif
	"policy: " OWVM_POLICY_DIR "/policy.conf, " OWVM_POLICY_DIR "/policy.d/*.conf\n";

struct arguments arguments_parse(int argc, char **argv)
{
	struct arguments arguments = {.mode = ARGUMENTS_ACTIVATED};

	if (argc == 1)
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
