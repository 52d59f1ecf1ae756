/* SPDX-License-Identifier: MIT
 * The options of a rule. */
#ifndef OWVM_POLICY_POLICY_OPTION_H
#define OWVM_POLICY_POLICY_OPTION_H

#include <stdbool.h>

struct policy_parser;
struct policy_rule;

/* Set what a rule says whose options do not say otherwise. The pattern must be known: the bridge
 * that bears the caller's own uid gets more. */
void policy_option_defaults(struct policy_rule *rule);

/* Read the option whose name was taken. Returns false after it noted what is wrong. */
bool policy_option_parse(struct policy_parser *parser, struct policy_rule *rule);

/* After the last one: do the options fit together? Returns false after it noted that not. */
bool policy_option_check(struct policy_parser *parser, const struct policy_rule *rule);

#endif
