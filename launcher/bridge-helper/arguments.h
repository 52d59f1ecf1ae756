/* SPDX-License-Identifier: MIT
 * The command line of owvm-bridge-helper: that of QEMU's own helper, and what owvm-netd asks for
 * besides. */
#ifndef OWVM_LAUNCHER_BRIDGE_HELPER_ARGUMENTS_H
#define OWVM_LAUNCHER_BRIDGE_HELPER_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"

#define BRIDGE_PROGRAM "owvm-bridge-helper"

struct bridge_arguments {
	const char *bridge; /* of argv, a valid interface name; NULL: not given */
	const char *label;  /* of argv, a valid label; "" where none was given */
	uint8_t mac[MAC_SIZE];
	bool with_mac; /* mac was given */
	bool use_vnet; /* the caller can do with a header before each frame */
	bool help, version;
	int fd; /* the socket for the tap; -1: not given */
};

/* Read the n words behind the program's name. As with QEMU's helper the last of several equal
 * options counts. Returns 0 and fills *ret_arguments, or -EINVAL with a sentence; bridge and fd are
 * there unless help or version is asked for. */
int bridge_arguments_parse(
	char *const *words, size_t n, struct bridge_arguments *ret_arguments, char **reterr_text);

/* What --help prints. */
extern const char bridge_arguments_help[];

#endif
