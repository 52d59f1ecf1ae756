/* SPDX-License-Identifier: MIT
 * owrun-keeper: what stays of owrun beside a QEMU in the background, small. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/number.h"
#include "launcher/base/text.h"
#include "launcher/qemu/keeper-end.h"

int main(int argc, char **argv)
{
	uint32_t pid = 0;

	if (argc != 3 || argv[1][0] != '/' ||
		!number_parse(argv[2], strlen(argv[2]), INT32_MAX, &pid) ||
		fcntl(KEEPER_DIRECTORY, F_GETFD) < 0) {
		text_say("owrun starts " KEEPER_COMMAND " beside a VM; by hand it does nothing");
		return EXIT_FAILURE;
	}
	keeper_see_end(argv[1], (pid_t)pid);
}
