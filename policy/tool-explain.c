/* SPDX-License-Identifier: MIT
 * `owvm-policy explain`: one question, what netd would answer, and how it comes to that. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "policy/policy-decide.h"
#include "policy/policy-object.h"
#include "policy/policy-text.h"
#include "policy/tool-commands.h"
#include "policy/tool-json.h"
#include "policy/tool-rule.h"
#include "policy/tool-span.h"
#include "policy/tool-subject.h"

/* A question and its answer. */
struct answer {
	const struct policy *policy;
	const struct tool_subject *user;
	struct policy_query query;
	struct policy_decision decision;
	/* The line that would permit it and the file it belongs into, NULL where no line helps. */
	char add[POLICY_LINE_SIZE];
	const char *add_to;
	/* The port by which the bridge spans hosts, "" where there is none. */
	char span[IFNAME_SIZE];
};

static void ask(struct answer *answer)
{
	const struct policy_rule *rule = NULL;

	policy_decide(answer->policy, &answer->query, &answer->decision);
	rule = answer->decision.rule;
	/* A rule that permits less is not to be overruled by one without its other options. */
	if (answer->decision.code != CODE_DENIED || (rule != NULL && rule->permit))
		return;
	policy_suggest(&answer->query, answer->add);
	/* The last that matches decides: behind the rule that denies it. */
	answer->add_to = rule != NULL ? rule->file : answer->policy->main;
}

/* Rules count only for a caller whose identity is none that is refused as such. */
static size_t rules_looked_at(const struct answer *answer)
{
	return answer->decision.code == CODE_IDENTITY ? 0 : answer->policy->n_rules;
}

static void write_place(struct tool_json *json, const struct policy_rule *rule)
{
	char text[TOOL_RULE_SIZE] = "";

	tool_rule_write(rule, text);
	tool_json_string(json, "file", rule->file);
	tool_json_number(json, "line", rule->line);
	tool_json_string(json, "text", text);
}

static void write_rules(struct tool_json *json, const struct answer *answer)
{
	tool_json_open(json, "rules", '[');
	for (size_t i = 0; i < rules_looked_at(answer); i++) {
		const struct policy_rule *rule = &answer->policy->rules[i];
		char why[TOOL_RULE_SIZE] = "";
		bool match = tool_rule_match(rule, &answer->query, why);

		tool_json_open(json, NULL, '{');
		write_place(json, rule);
		tool_json_bool(json, "matches", match);
		tool_json_bool(json, "decides", rule == answer->decision.rule);
		tool_json_string(json, "why", why);
		tool_json_close(json, '}');
	}
	tool_json_close(json, ']');
}

static void write_subject(struct tool_json *json, const struct answer *answer)
{
	char mac[MAC_TEXT_SIZE] = "";

	tool_json_string(json, "user", answer->user->name);
	tool_json_number(json, "uid", answer->user->uid);
	tool_json_open(json, "gids", '[');
	for (size_t i = 0; i < answer->user->n_gids; i++)
		tool_json_number(json, NULL, answer->user->gids[i]);
	tool_json_close(json, ']');
	tool_json_string(json, "bridge", answer->query.bridge);
	tool_json_string(json, "spans_hosts_by", answer->span[0] != '\0' ? answer->span : NULL);
	if (answer->query.mac != NULL)
		mac_format(answer->query.mac, mac);
	tool_json_string(json, "mac", answer->query.mac != NULL ? mac : NULL);
	tool_json_number(json, "queues", answer->query.queues);
	tool_json_bool(json, "vhost", answer->query.vhost);
	tool_json_bool(json, "netns", answer->query.netns);
}

static void write_rule(struct tool_json *json, const struct policy_rule *rule)
{
	if (rule == NULL) {
		tool_json_null(json, "rule");
		tool_json_null(json, "limits");
		return;
	}
	tool_json_open(json, "rule", '{');
	write_place(json, rule);
	tool_json_close(json, '}');
	if (!rule->permit) {
		tool_json_null(json, "limits");
		return;
	}
	tool_json_open(json, "limits", '{');
	tool_rule_json(json, rule);
	tool_json_bool(json, "create", rule->create);
	tool_json_bool(json, "isolated", rule->isolated);
	tool_json_bool(json, "vhost", rule->vhost);
	tool_json_bool(json, "dhcp_server", rule->dhcp_server);
	tool_json_bool(json, "netns", rule->netns);
	tool_json_close(json, '}');
}

static void write_json(const struct answer *answer)
{
	struct tool_json json = {.stream = stdout};
	bool permit = answer->decision.code == CODE_OK, add = answer->add_to != NULL;

	tool_json_open(&json, NULL, '{');
	tool_json_string(&json, "verdict", permit ? "permit" : "deny");
	tool_json_number(&json, "code", answer->decision.code);
	tool_json_string(&json, "text", permit ? NULL : answer->decision.text);
	write_subject(&json, answer);
	write_rule(&json, answer->decision.rule);
	tool_json_string(&json, "add", add ? answer->add : NULL);
	tool_json_string(&json, "add_to", answer->add_to);
	write_rules(&json, answer);
	tool_json_close(&json, '}');
}

static void print_verdict(const struct answer *answer)
{
	const char *no_color = getenv("NO_COLOR");
	bool color = isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
	const char *end = color ? "\033[0m" : "";

	if (answer->decision.code == CODE_OK)
		printf("%spermit%s: uid %u may use bridge '%s'\n", color ? "\033[1;32m" : "", end,
			answer->user->uid, answer->query.bridge);
	else
		printf("%sdeny%s: %s\n", color ? "\033[1;31m" : "", end, answer->decision.text);
}

static const char *yes(bool value)
{
	return value ? "yes" : "no";
}

static const char *cidr_or(const struct cidr *cidr, const char *none, char text[CIDR_TEXT_SIZE])
{
	if (cidr->prefix == 0)
		return none;
	cidr_format(cidr, text);
	return text;
}

static void print_limits(const struct policy_rule *rule)
{
	char mtu[sizeof("4294967295")] = "", rate[sizeof("4294967295 Mbit/s")] = "",
	     ip[CIDR_TEXT_SIZE] = "", address[CIDR_TEXT_SIZE] = "";

	policy_text_write(mtu, sizeof(mtu), "%u", rule->mtu);
	policy_text_write(rate, sizeof(rate), "%u Mbit/s", rule->rate);
	printf("limits: taps %u, queues %u, mtu %s, rate %s, mac %s, ip %s, address %s\n",
		rule->taps, rule->queues, rule->mtu > 0 ? mtu : "of the bridge",
		rule->rate > 0 ? rate : "unlimited", tool_rule_mac(rule),
		cidr_or(&rule->ip, "any", ip), cidr_or(&rule->address, "none", address));
	printf("options: create %s, isolated %s, vhost %s, dhcp-server %s, netns %s\n",
		yes(rule->create), yes(rule->isolated), yes(rule->vhost), yes(rule->dhcp_server),
		yes(rule->netns));
}

static void print_rule(const struct policy_rule *rule)
{
	char text[TOOL_RULE_SIZE] = "";

	if (rule == NULL) {
		printf("decided by: no rule\n");
		return;
	}
	tool_rule_write(rule, text);
	printf("decided by: %s:%u: %s\n", rule->file, rule->line, text);
	if (rule->permit)
		print_limits(rule);
}

static void print_answer(const struct answer *answer)
{
	const struct policy_rule *decides = answer->decision.rule;
	size_t n = rules_looked_at(answer);

	print_verdict(answer);
	print_rule(decides);
	if (answer->add_to != NULL)
		printf("to permit it, add to %s%s: %s\n", answer->add_to,
			decides != NULL ? ", behind that line" : "", answer->add);
	if (answer->span[0] != '\0')
		printf("spans hosts: by its port '%s'; taps and isolated are of each host alone, see "
		       "owvm-fabric(7)\n",
			answer->span);
	if (n > 0)
		printf("rules, of which the last that matches decides:\n");
	for (size_t i = 0; i < n; i++) {
		const struct policy_rule *rule = &answer->policy->rules[i];
		char text[TOOL_RULE_SIZE] = "", why[TOOL_RULE_SIZE] = "";
		const char *verdict = "no match";

		tool_rule_write(rule, text);
		if (tool_rule_match(rule, &answer->query, why))
			verdict = rule == decides ? "decides" : "overruled";
		printf("  %s:%u: %s\n    %s: %s\n", rule->file, rule->line, text, verdict, why);
	}
}

/* The address that is declared: without a word about it one of the user's own, as owrun does. */
static const uint8_t *declared(
	const struct tool_arguments *arguments, uint32_t uid, uint8_t derived[MAC_SIZE])
{
	if (arguments->mac_kind == TOOL_MAC_NONE)
		return NULL;
	if (arguments->mac_kind == TOOL_MAC_GIVEN)
		return arguments->mac;
	mac_derive(uid, arguments->bridge, 0, derived);
	return derived;
}

enum tool_status tool_explain(const struct tool_arguments *arguments)
{
	__attribute__((cleanup(tool_subject_free))) struct tool_subject user = {0};
	struct answer answer = {.user = &user};
	struct policy *policy = NULL;
	uint8_t derived[MAC_SIZE] = {0};

	if (tool_subject_find(arguments->user, arguments->groups, &user) < 0)
		return TOOL_BROKEN;
	policy = tool_policy(arguments);
	if (policy == NULL)
		return TOOL_BROKEN;
	answer.policy = policy;
	answer.query = (struct policy_query){
		.subject = {.uid = user.uid, .gids = user.gids, .n_gids = user.n_gids},
		.bridge = arguments->bridge,
		.mac = declared(arguments, user.uid, derived),
		.queues = arguments->queues,
		.vhost = arguments->vhost,
		.netns = arguments->netns,
	};
	(void)tool_span_find(arguments->bridge, answer.span);
	ask(&answer);
	if (arguments->json)
		write_json(&answer);
	else
		print_answer(&answer);
	policy_free(policy);
	return answer.decision.code == CODE_OK ? TOOL_PERMIT : TOOL_DENY;
}
