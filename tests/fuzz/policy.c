/* SPDX-License-Identifier: MIT
 * Fuzz target: any bytes as a policy, and questions to what came of it.
 *
 * The bytes up to the first 0x1e are the policy, the rest is a subuid(5). Whatever they are, the
 * parser keeps its promises, and a decision never depends on anything but the rules. */
#include <string.h>

#include "policy/policy-object.h"
#include "policy/policy-parse.h"
#include "policy/policy-pattern.h"
#include "policy/subid.h"
#include "tests/fuzz/fuzz.h"
#include "tests/policy/names.h"

#define SEPARATOR 0x1e
#define RULES_ASKED 50 /* of one policy: each asks several times for each rule */

static const uint32_t groups[] = {2000, 2002};

static const struct policy_subject subjects[] = {
	{.uid = 0},
	{.uid = 1000, .gids = groups, .n_gids = 2},
	{.uid = 1001, .gids = groups, .n_gids = 1},
	{.uid = 65534},
	{.uid = 100777, .gids = groups, .n_gids = 2},
	{.uid = UINT32_MAX - 1},
	{.uid = UINT32_MAX},
};

#define N_SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

/* One line of printable characters: what comes from a policy may be shown on a terminal. */
static void expect_line(const char *text)
{
	for (const char *c = text; *c != '\0'; c++)
		EXPECT(*c >= ' ' && *c < 0x7f);
	EXPECT(text[0] != '\0');
}

static void check_errors(const struct policy *policy)
{
	EXPECT((policy->broken_at != NULL) == (policy->n_errors > 0));
	EXPECT(policy->n_errors <= POLICY_ERRORS_MAX + 1);
	for (size_t i = 0; i < policy->n_errors; i++) {
		EXPECT(policy->errors[i].line > 0 && policy->errors[i].column > 0);
		expect_line(policy->errors[i].message);
	}
}

static bool in_network(const struct cidr *cidr, uint32_t address)
{
	return ((cidr->address ^ address) & cidr_mask(cidr)) == 0;
}

static void check_addresses(const struct policy_rule *rule)
{
	const struct cidr *ip = &rule->ip, *address = &rule->address;

	EXPECT(ip->prefix <= 32 && address->prefix <= 32);
	EXPECT(ip->prefix > 0 || ip->address == 0);
	EXPECT(address->prefix > 0 || address->address == 0);
	/* The first of the network. */
	EXPECT(ip->prefix == 0 || ip->address == 0 || !in_network(ip, ip->address - 1));
	EXPECT(address->prefix == 0 || (rule->create && rule->pattern == POLICY_NAME));
	/* Neither the first nor the last. */
	if (address->prefix > 0 && address->prefix < 31)
		EXPECT(in_network(address, address->address - 1) &&
			in_network(address, address->address + 1));
}

static void check_rule(const struct policy_rule *rule)
{
	EXPECT(rule->line > 0 && rule->taps >= 1 && rule->taps <= POLICY_TAPS_MAX);
	EXPECT(rule->queues >= 1 && rule->queues <= WIRE_QUEUES_MAX);
	EXPECT(rule->mtu == 0 || (rule->mtu >= POLICY_MTU_MIN && rule->mtu <= POLICY_MTU_MAX));
	EXPECT(rule->rate <= POLICY_RATE_MAX);
	EXPECT(rule->permit || (!rule->create && !rule->isolated && !rule->vhost));
	EXPECT(rule->permit || (rule->queues == 1 && rule->mtu == 0 && rule->rate == 0));
	EXPECT(rule->permit || rule->ip.prefix == 0);
	EXPECT(rule->pattern != POLICY_OWN || rule->dhcp_server);
	EXPECT(!rule->create || rule->pattern != POLICY_PREFIX || rule->before[0] != '\0');
	EXPECT(rule->subject != POLICY_USER || rule->id != UINT32_MAX);
	check_addresses(rule);
}

static void check_decision(const struct policy *policy, const struct policy_query *query,
	const struct policy_decision *decision)
{
	const struct policy_rule *rule = decision->rule;

	if (policy->broken_at != NULL)
		EXPECT(decision->code == CODE_POLICY_BROKEN && rule == NULL);
	if (decision->code != CODE_OK) {
		expect_line(decision->text);
		return;
	}
	EXPECT(decision->text[0] == '\0' && rule != NULL && rule->permit);
	EXPECT(policy_pattern_match(rule, query->subject.uid, query->bridge));
	EXPECT(query->queues <= rule->queues && (!query->vhost || rule->vhost));
	EXPECT(query->mac == NULL || mac_valid_for_guest(query->mac));
	EXPECT(rule->mac == POLICY_MAC_ANY || mac_in_space(query->mac, query->subject.uid));
}

/* Ask for the bridge that a rule means for each subject. A rule that covers everybody decides,
 * unless a later one does. */
static void ask_for(const struct policy *policy, const struct policy_rule *rule)
{
	for (size_t i = 0; i < N_SUBJECTS; i++) {
		char bridge[IFNAME_SIZE] = "";
		uint8_t mac[MAC_SIZE] = {0};
		struct policy_query query = {
			.subject = subjects[i], .bridge = bridge, .mac = mac, .queues = 1};
		struct policy_decision decision = {.code = CODE_BUSY};

		policy_pattern_format(rule, subjects[i].uid, bridge);
		if (rule->pattern == POLICY_PREFIX)
			bridge[strlen(bridge) - 1] = 'x';
		if (!ifname_valid(bridge, strlen(bridge)))
			continue;
		mac_derive(subjects[i].uid, bridge, 0, mac);
		policy_decide(policy, &query, &decision);
		check_decision(policy, &query, &decision);
		if (rule->subject == POLICY_ANY && decision.code == CODE_DENIED)
			EXPECT(decision.rule >= rule && !decision.rule->permit);
		query.mac = NULL;
		query.queues = 2;
		query.vhost = true;
		policy_decide(policy, &query, &decision);
		check_decision(policy, &query, &decision);
		if (decision.code == CODE_OK)
			EXPECT(decision.rule->mac == POLICY_MAC_ANY);
	}
}

static void walk(const struct policy *policy, const struct policy_subject *subject)
{
	const struct policy_rule *rule = NULL, *previous = NULL;
	uint32_t cursor = 0;

	while ((rule = policy_next(policy, subject, &cursor)) != NULL) {
		EXPECT(previous == NULL || rule > previous);
		previous = rule;
	}
	EXPECT(cursor <= policy->n_rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 0 ? memchr(data, SEPARATOR, size) : NULL;
	size_t length = end != NULL ? (size_t)(end - data) : size;
	struct policy *policy = policy_new("policy.conf", "subuid");

	policy_parse(policy, policy->main, (const char *)data, length, &test_names);
	if (end != NULL)
		subid_parse(policy, policy->subuid, (const char *)end + 1, size - length - 1);
	check_errors(policy);
	for (size_t i = 0; i < policy->n_rules && i < RULES_ASKED; i++) {
		check_rule(&policy->rules[i]);
		ask_for(policy, &policy->rules[i]);
	}
	for (size_t i = 0; i < N_SUBJECTS; i++)
		walk(policy, &subjects[i]);
	policy_free(policy);
	return 0;
}
