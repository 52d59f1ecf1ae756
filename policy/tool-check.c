/* SPDX-License-Identifier: MIT
 * `owvm-policy check`, and what a broken policy looks like in every command. */
#include <stdio.h>

#include "policy/policy-object.h"
#include "policy/tool-commands.h"
#include "policy/tool-json.h"
#include "policy/tool-load.h"

static void write_error(struct tool_json *json, const struct policy_error *error)
{
	tool_json_open(json, NULL, '{');
	tool_json_string(json, "file", error->file);
	if (error->line == 0) {
		tool_json_null(json, "line");
		tool_json_null(json, "column");
	} else {
		tool_json_number(json, "line", error->line);
		tool_json_number(json, "column", error->column);
	}
	tool_json_string(json, "message", error->message);
	tool_json_close(json, '}');
}

/* May guests of this rule harm others in a way that the rule could forbid? NULL: no. */
static const char *warning(const struct policy_rule *rule)
{
	if (!rule->permit || rule->pattern == POLICY_OWN || rule->isolated || rule->ip.prefix > 0)
		return NULL;
	return "a guest can claim the IPv4 addresses of others on such a bridge (ARP): "
	       "'ip CIDR' limits it to that network, 'isolated' hides it from other such ports";
}

static void write_warnings(struct tool_json *json, const struct policy *policy)
{
	tool_json_open(json, "warnings", '[');
	for (size_t i = 0; i < policy->n_rules; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (warning(rule) == NULL)
			continue;
		tool_json_open(json, NULL, '{');
		tool_json_string(json, "file", rule->file);
		tool_json_number(json, "line", rule->line);
		tool_json_string(json, "message", warning(rule));
		tool_json_close(json, '}');
	}
	tool_json_close(json, ']');
}

static void write_json(const struct policy *policy)
{
	static const struct policy_subject root = {.uid = 0};
	struct tool_json json = {.stream = stdout};
	char text[WIRE_TEXT_SIZE] = "";
	bool sound = policy->broken_at == NULL;

	tool_json_open(&json, NULL, '{');
	tool_json_string(&json, "verdict", sound ? "sound" : "broken");
	if (!sound)
		policy_admit(policy, &root, text);
	tool_json_string(&json, "text", sound ? NULL : text);
	tool_json_number(&json, "rules", policy->n_rules);
	tool_json_number(&json, "files", policy->n_files);
	tool_json_open(&json, "errors", '[');
	for (size_t i = 0; i < policy->n_errors; i++)
		write_error(&json, &policy->errors[i]);
	tool_json_close(&json, ']');
	write_warnings(&json, policy);
	tool_json_close(&json, '}');
}

static void say_sound(const struct policy *policy)
{
	for (size_t i = 0; i < policy->n_rules; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (warning(rule) != NULL)
			fprintf(stderr, "%s:%u: warning: %s\n", rule->file, rule->line,
				warning(rule));
	}
	printf("%zu rule%s in %zu file%s: sound\n", policy->n_rules,
		policy->n_rules == 1 ? "" : "s", policy->n_files, policy->n_files == 1 ? "" : "s");
}

/* Print the errors of a broken policy, or as JSON on stdout. */
static void say_broken(const struct policy *policy, bool json)
{
	if (json)
		write_json(policy);
	else
		policy_print_errors(policy, stderr);
}

struct policy *tool_policy(const struct tool_arguments *arguments)
{
	const char *const paths[] = {arguments->policy};
	struct policy *policy =
		arguments->policy == NULL ? tool_load_installed() : tool_load_files(paths, 1, true);

	if (policy == NULL || policy_broken_at(policy) == NULL)
		return policy;
	say_broken(policy, arguments->json);
	policy_free(policy);
	return NULL;
}

enum tool_status tool_check(const struct tool_arguments *arguments)
{
	struct policy *policy = arguments->n_paths == 0
					? tool_load_installed()
					: tool_load_files((const char *const *)arguments->paths,
						  arguments->n_paths, false);
	bool broken = policy == NULL || policy_broken_at(policy) != NULL;

	if (policy == NULL)
		return TOOL_BROKEN;
	if (broken)
		say_broken(policy, arguments->json);
	else if (arguments->json)
		write_json(policy);
	else
		say_sound(policy);
	policy_free(policy);
	return broken ? TOOL_BROKEN : TOOL_PERMIT;
}
