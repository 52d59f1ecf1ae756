/* SPDX-License-Identifier: MIT
 * `owvm-policy check`, and what a broken policy looks like in every command. */
#include <stdio.h>
#include <string.h>

#include "common/number.h"
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

/* May guests of this rule harm others in a way that the rule could forbid? */
static bool lets_spoof(const struct policy *policy, const struct policy_rule *rule)
{
	(void)policy;
	return rule->pattern != POLICY_OWN && !rule->isolated && rule->ip.prefix == 0;
}

#define DIGITS "0123456789"

static bool is_number(const char *text, size_t length, uint32_t number)
{
	uint32_t value = 0;

	return number_parse(text, length, UINT32_MAX, &value) && value == number;
}

/* Does one of two texts begin with the other one, or are they the same where nothing may follow? */
static bool meet(const char *one, bool one_star, const char *other, bool other_star)
{
	size_t n = strlen(one), m = strlen(other);

	return strncmp(one, other, n < m ? n : m) == 0 && (n >= m || one_star) &&
	       (m >= n || other_star);
}

/* Can two patterns with '%U' mean one bridge, by two uids? Only where a digit stands beside one. */
static bool share_bridges(const struct policy_rule *rule, const struct policy_rule *other)
{
	size_t length = strlen(rule->before), before = strlen(other->before);
	const struct policy_rule *longer = length > before ? rule : other;
	size_t common = length > before ? before : length;

	if (strncmp(rule->before, other->before, common) != 0)
		return false;
	if (strspn(rule->after, DIGITS) + strspn(other->after, DIGITS) > 0)
		return length != before || strcmp(rule->after, other->after) != 0;
	return length != before && strspn(longer->before + common, DIGITS) > 0 &&
	       meet(rule->after, rule->star, other->after, other->star);
}

/* Can the rule mean a bridge that the other one, with %U, makes the own of somebody else? */
static bool means_own_of(const struct policy_rule *rule, const struct policy_rule *own)
{
	size_t length = strlen(rule->before), before = strlen(own->before), digits = 0;
	const char *uid = NULL;

	if (!own->permit || own->pattern != POLICY_OWN)
		return false;
	if (rule->pattern == POLICY_OWN)
		return share_bridges(rule, own);
	if (strncmp(rule->before, own->before, length < before ? length : before) != 0)
		return false;
	if (length <= before)
		return rule->star;
	uid = rule->before + before;
	digits = strspn(uid, DIGITS);
	/* Where nothing stands behind the digits, more of them may follow. */
	if (digits == 0 || (uid[digits] == '\0' && rule->star))
		return digits > 0;
	return meet(uid + digits, rule->star, own->after, own->star) &&
	       !(rule->subject == POLICY_USER && is_number(uid, digits, rule->id));
}

static bool enters_own(const struct policy *policy, const struct policy_rule *rule)
{
	bool enters = false;

	for (size_t i = 0; i < policy->n_rules; i++)
		enters = enters || means_own_of(rule, &policy->rules[i]);
	return enters;
}

static const struct {
	bool (*is)(const struct policy *policy, const struct policy_rule *rule);
	const char *message;
} warnings[] = {
	{lets_spoof,
		"a guest can claim the IPv4 addresses of others on such a bridge (ARP): "
		"'ip CIDR' limits it to that network, 'isolated' hides it from other such "
		"ports"},
	{enters_own,
		"such a bridge can be another user's own by a rule with '%U', where no guard "
		"judges what the guest of that user sends"},
};

static void each_warning(const struct policy *policy,
	void (*say)(void *context, const struct policy_rule *rule, const char *message),
	void *context)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		for (size_t j = 0; j < sizeof(warnings) / sizeof(*warnings); j++)
			if (policy->rules[i].permit && warnings[j].is(policy, &policy->rules[i]))
				say(context, &policy->rules[i], warnings[j].message);
}

static void write_warning(void *context, const struct policy_rule *rule, const char *message)
{
	struct tool_json *json = context;

	tool_json_open(json, NULL, '{');
	tool_json_string(json, "file", rule->file);
	tool_json_number(json, "line", rule->line);
	tool_json_string(json, "message", message);
	tool_json_close(json, '}');
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
	tool_json_open(&json, "warnings", '[');
	each_warning(policy, write_warning, &json);
	tool_json_close(&json, ']');
	tool_json_close(&json, '}');
}

static void print_warning(void *context, const struct policy_rule *rule, const char *message)
{
	fprintf(context, "%s:%u: warning: %s\n", rule->file, rule->line, message);
}

static void say_sound(const struct policy *policy)
{
	each_warning(policy, print_warning, stderr);
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
