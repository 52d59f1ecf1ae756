/* SPDX-License-Identifier: MIT
 * `owvm-policy nets`: the rules for one user, as `owrun nets` lists them to him. */
#include <stdio.h>

#include "policy/policy-private.h"
#include "policy/tool-commands.h"
#include "policy/tool-json.h"
#include "policy/tool-subject.h"

#define PLACE_SIZE (POLICY_PATH_MAX + 16)

static void write_rule(struct tool_json *json, const struct policy_rule *rule, uint32_t uid)
{
	char pattern[IFNAME_SIZE] = "", place[PLACE_SIZE] = "";

	policy_pattern_format(rule, uid, pattern);
	snprintf(place, sizeof(place), "%s:%u", rule->file, rule->line);
	tool_json_open(json, NULL, '{');
	tool_json_string(json, "bridge", pattern);
	tool_json_string(json, "verdict", rule->permit ? "permit" : "deny");
	if (rule->permit) {
		tool_json_number(json, "taps", rule->taps);
		tool_json_string(json, "mac", rule->mac == POLICY_MAC_ANY ? "any" : "own");
		tool_json_open(json, "options", '[');
		if (rule->create)
			tool_json_string(json, NULL, "create");
		if (rule->isolated)
			tool_json_string(json, NULL, "isolated");
		tool_json_close(json, ']');
	}
	tool_json_string(json, "rule", place);
	tool_json_close(json, '}');
}

static void write_json(const struct policy *policy, const struct policy_subject *subject)
{
	struct tool_json json = {.stream = stdout};
	const struct policy_rule *rule = NULL;
	uint32_t cursor = 0;

	tool_json_open(&json, NULL, '[');
	while ((rule = policy_next(policy, subject, &cursor)) != NULL)
		write_rule(&json, rule, subject->uid);
	tool_json_close(&json, ']');
}

static const char *options(const struct policy_rule *rule)
{
	if (rule->create)
		return rule->isolated ? "create,isolated" : "create";
	return rule->isolated ? "isolated" : "-";
}

#define ROW "%-15s  %-7s  %4s  %-3s  %-15s  "

static void print_table(const struct policy *policy, const struct policy_subject *subject)
{
	const struct policy_rule *rule = NULL;
	uint32_t cursor = 0;
	size_t n = 0;

	for (; (rule = policy_next(policy, subject, &cursor)) != NULL; n++) {
		char pattern[IFNAME_SIZE] = "", taps[sizeof("4294967295")] = "-";

		policy_pattern_format(rule, subject->uid, pattern);
		if (rule->permit)
			snprintf(taps, sizeof(taps), "%u", rule->taps);
		if (n == 0)
			printf(ROW "RULE\n", "BRIDGE", "VERDICT", "TAPS", "MAC", "OPTIONS");
		printf(ROW "%s:%u\n", pattern, rule->permit ? "permit" : "deny", taps,
			!rule->permit		      ? "-"
			: rule->mac == POLICY_MAC_ANY ? "any"
						      : "own",
			options(rule), rule->file, rule->line);
	}
	if (n == 0)
		fprintf(stderr,
			"owvm-policy: the policy has no rule for uid %u: "
			"nothing is permitted\n",
			subject->uid);
}

static enum tool_status list(
	const struct policy *policy, const struct tool_subject *user, bool json)
{
	const struct policy_subject subject = {
		.uid = user->uid, .gids = user->gids, .n_gids = user->n_gids};
	char text[WIRE_TEXT_SIZE] = "";

	if (policy_admit(policy, &subject, text) != CODE_OK) {
		fprintf(stderr, "owvm-policy: %s\n", text);
		if (json)
			write_json(policy, &subject);
		return TOOL_DENY;
	}
	if (json)
		write_json(policy, &subject);
	else
		print_table(policy, &subject);
	return TOOL_PERMIT;
}

enum tool_status tool_nets(const struct tool_arguments *arguments)
{
	__attribute__((cleanup(tool_subject_free))) struct tool_subject user = {0};
	enum tool_status status = TOOL_BROKEN;
	struct policy *policy = NULL;

	if (tool_subject_find(arguments->user, arguments->groups, &user) < 0)
		return TOOL_BROKEN;
	policy = tool_policy(arguments);
	if (policy != NULL)
		status = list(policy, &user, arguments->json);
	policy_free(policy);
	return status;
}
