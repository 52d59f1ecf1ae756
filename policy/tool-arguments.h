/* SPDX-License-Identifier: MIT
 * The command line of owvm-policy. */
#ifndef OWVM_POLICY_TOOL_ARGUMENTS_H
#define OWVM_POLICY_TOOL_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/mac.h"

/* Bits: the table of options says with them where an option may stand. */
enum tool_command { TOOL_CHECK = 1, TOOL_EXPLAIN = 2, TOOL_NETS = 4 };

enum tool_mac { TOOL_MAC_DERIVED, TOOL_MAC_NONE, TOOL_MAC_GIVEN };

struct tool_arguments {
	enum tool_command command;
	bool help, version, json;
	const char *user;
	const char *groups; /* NULL: those of the user database */
	const char *bridge; /* a valid name */
	const char *policy; /* NULL: the installed one */
	enum tool_mac mac_kind;
	uint8_t mac[MAC_SIZE];
	unsigned int queues; /* 1 ... WIRE_QUEUES_MAX */
	bool vhost;
	bool netns;
	char **paths; /* in argv */
	size_t n_paths;
};

#define TOOL_REASON_SIZE 256

extern const char tool_usage[];

/* Read the arguments behind the program's name. Operands are moved to the front of argv, where
 * paths points to. Returns 0, or -EINVAL with a sentence, cut where a word is very long. With help
 * or version set, nothing else counts. */
int tool_arguments_parse(char **argv, size_t n, struct tool_arguments *ret_arguments,
	char reterr_reason[TOOL_REASON_SIZE]);

#endif
