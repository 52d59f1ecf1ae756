/* SPDX-License-Identifier: MIT
 * The commands of owvm-policy. */
#ifndef OWVM_POLICY_TOOL_COMMANDS_H
#define OWVM_POLICY_TOOL_COMMANDS_H

#include "policy/tool-arguments.h"

struct policy;

/* Exit statuses: the interface of scripts, see owvm-policy(1). */
enum tool_status { TOOL_PERMIT = 0, TOOL_DENY = 1, TOOL_BROKEN = 2 };

enum tool_status tool_check(const struct tool_arguments *arguments);
enum tool_status tool_explain(const struct tool_arguments *arguments);
enum tool_status tool_nets(const struct tool_arguments *arguments);

/* The policy that explain and nets ask. Returns NULL after saying why where there is none that
 * could answer: the errors of a broken one are printed. */
struct policy *tool_policy(const struct tool_arguments *arguments);

#endif
