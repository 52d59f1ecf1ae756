/* SPDX-License-Identifier: MIT
 * `owvm-policy nets`: the rules for one user, as `owrun nets` lists them to him. */
#include <stdio.h>
#include <string.h>

#include "policy/policy-object.h"
#include "policy/policy-text.h"
#include "policy/tool-commands.h"
#include "policy/tool-json.h"
#include "policy/tool-rule.h"
#include "policy/tool-subject.h"

#define PLACE_SIZE (POLICY_PATH_MAX + 16)
#define NUMBER_SIZE sizeof("4294967295")

static void write_rule(struct tool_json *json, const struct policy_rule *rule, uint32_t uid)
{
	char pattern[IFNAME_SIZE] = "", place[PLACE_SIZE] = "";
	const char *flag = NULL;

	policy_pattern_format(rule, uid, pattern);
	policy_text_write(place, sizeof(place), "%s:%u", rule->file, rule->line);
	tool_json_open(json, NULL, '{');
	tool_json_string(json, "bridge", pattern);
	tool_json_string(json, "verdict", rule->permit ? "permit" : "deny");
	if (rule->permit) {
		tool_rule_json(json, rule);
		tool_json_open(json, "options", '[');
		for (size_t i = 0; (flag = tool_rule_flag(rule, i)) != NULL; i++)
			tool_json_string(json, NULL, flag);
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

/* What the table says of a rule, but its place. */
struct row {
	char pattern[IFNAME_SIZE];
	const char *verdict;
	char taps[NUMBER_SIZE], queues[NUMBER_SIZE], mtu[NUMBER_SIZE], rate[NUMBER_SIZE];
	const char *mac;
	char options[TOOL_RULE_SIZE];
};

static void fill(const struct policy_rule *rule, uint32_t uid, struct row *ret_row)
{
	*ret_row = (struct row){.verdict = "deny",
		.taps = "-",
		.queues = "-",
		.mtu = "-",
		.rate = "-",
		.mac = "-",
		.options = "-"};
	policy_pattern_format(rule, uid, ret_row->pattern);
	if (!rule->permit)
		return;
	ret_row->verdict = "permit";
	policy_text_write(ret_row->taps, NUMBER_SIZE, "%u", rule->taps);
	policy_text_write(ret_row->queues, NUMBER_SIZE, "%u", rule->queues);
	if (rule->mtu > 0)
		policy_text_write(ret_row->mtu, NUMBER_SIZE, "%u", rule->mtu);
	if (rule->rate > 0)
		policy_text_write(ret_row->rate, NUMBER_SIZE, "%u", rule->rate);
	ret_row->mac = tool_rule_mac(rule);
	tool_rule_options(rule, ret_row->options);
}

/* Returns how many rules there are for the subject, and in *ret_width the longest options. */
static size_t measure(
	const struct policy *policy, const struct policy_subject *subject, int *ret_width)
{
	const struct policy_rule *rule = NULL;
	uint32_t cursor = 0;
	size_t width = strlen("OPTIONS"), n = 0;

	for (; (rule = policy_next(policy, subject, &cursor)) != NULL; n++) {
		struct row row = {.verdict = ""};

		fill(rule, subject->uid, &row);
		if (strlen(row.options) > width)
			width = strlen(row.options);
	}
	*ret_width = (int)width;
	return n;
}

#define ROW "%-15s  %-7s  %4s  %6s  %5s  %6s  %-3s  %-*s  "

static void print_table(const struct policy *policy, const struct policy_subject *subject)
{
	const struct policy_rule *rule = NULL;
	uint32_t cursor = 0;
	int width = 0;

	if (measure(policy, subject, &width) == 0) {
		fprintf(stderr,
			"owvm-policy: the policy has no rule for uid %u: "
			"nothing is permitted\n",
			subject->uid);
		return;
	}
	printf(ROW "RULE\n", "BRIDGE", "VERDICT", "TAPS", "QUEUES", "MTU", "RATE", "MAC", width,
		"OPTIONS");
	while ((rule = policy_next(policy, subject, &cursor)) != NULL) {
		struct row row = {.verdict = ""};

		fill(rule, subject->uid, &row);
		printf(ROW "%s:%u\n", row.pattern, row.verdict, row.taps, row.queues, row.mtu,
			row.rate, row.mac, width, row.options, rule->file, rule->line);
	}
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
