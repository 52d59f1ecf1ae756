/* SPDX-License-Identifier: MIT
 * One question about one subject: what the policy says, and why.
 *
 * Pure, without allocation or name lookup: it runs after privileges were dropped. Every text fits
 * into WIRE_TEXT_SIZE whatever the ids, the line and the bridge are, because paths are bounded
 * (POLICY_PATH_MAX) and nothing else in a text has no bound. */
#include "policy/policy-decide.h"

#include <assert.h>
#include <string.h>

#include "policy/policy-object.h"
#include "policy/policy-pattern.h"
#include "policy/policy-rule.h"
#include "policy/policy-text.h"
#include "policy/subid.h"

#define UID_OVERFLOW 65534u /* what the kernel shows for a uid that has no place here */
#define UID_INVALID UINT32_MAX

/* Does any rule name this very uid? */
static bool names_user(const struct policy *policy, uint32_t uid)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].subject == POLICY_USER && policy->rules[i].id == uid)
			return true;
	return false;
}

enum code policy_admit(const struct policy *policy, const struct policy_subject *subject,
	char ret_text[WIRE_TEXT_SIZE])
{
	const struct subid_range *range = NULL;

	if (policy->broken_at != NULL) {
		policy_text_write(ret_text, WIRE_TEXT_SIZE,
			"the policy is broken: %s; "
			"nothing is permitted until an administrator mends it",
			policy->broken_at);
		return CODE_POLICY_BROKEN;
	}
	if (subject->uid == UID_OVERFLOW || subject->uid == UID_INVALID) {
		policy_text_write(ret_text, WIRE_TEXT_SIZE,
			"uid %u stands for no user in particular: ask as an ordinary user",
			subject->uid);
		return CODE_IDENTITY;
	}
	range = subid_find(policy, subject->uid);
	if (range != NULL && !names_user(policy, subject->uid)) {
		policy_text_write(ret_text, WIRE_TEXT_SIZE,
			"uid %u is a subordinate uid (%s:%u), which only a rule 'user %u' admits: "
			"ask from outside the user namespace",
			subject->uid, policy->subuid, range->line, subject->uid);
		return CODE_IDENTITY;
	}
	return CODE_OK;
}

/* Another user, or a pattern with another first character. */
static bool differs_at_once(const struct policy_rule *rule, const struct policy_query *query)
{
	return (rule->subject == POLICY_USER && rule->id != query->subject.uid) ||
	       (rule->before[0] != query->bridge[0] && rule->before[0] != '\0');
}

static const struct policy_rule *last_match(
	const struct policy *policy, const struct policy_query *query)
{
	for (size_t i = policy->n_rules; i > 0; i--) {
		const struct policy_rule *rule = &policy->rules[i - 1];

		/* The cheap questions first: all rules may have to be looked at. */
		if (differs_at_once(rule, query))
			continue;
		if (policy_pattern_match(rule, query->subject.uid, query->bridge) &&
			policy_rule_covers(rule, &query->subject))
			return rule;
	}
	return NULL;
}

void policy_suggest(const struct policy_query *query, char ret_line[POLICY_LINE_SIZE])
{
	uint32_t uid = query->subject.uid;
	char own[sizeof("ow-4294967295")] = "";

	policy_text_write(
		ret_line, POLICY_LINE_SIZE, "permit user %u bridge %s", uid, query->bridge);
	/* Nobody else makes the bridge that bears the user's own number, alone or before a '-'. */
	policy_text_write(own, sizeof(own), "ow-%u", uid);
	if (strncmp(query->bridge, own, strlen(own)) == 0 &&
		(query->bridge[strlen(own)] == '\0' || query->bridge[strlen(own)] == '-'))
		policy_text_append(ret_line, POLICY_LINE_SIZE, " create");
	if (query->queues > 1)
		policy_text_append(ret_line, POLICY_LINE_SIZE, " queues %u", query->queues);
	if (query->vhost)
		policy_text_append(ret_line, POLICY_LINE_SIZE, " vhost");
	if (query->netns)
		policy_text_append(ret_line, POLICY_LINE_SIZE, " netns");
}

static enum code refuse_unmatched(
	const struct policy *policy, const struct policy_query *query, char text[WIRE_TEXT_SIZE])
{
	char line[POLICY_LINE_SIZE] = "";

	policy_suggest(query, line);
	policy_text_write(text, WIRE_TEXT_SIZE,
		"no rule permits uid %u to use bridge '%s'; "
		"an administrator can add to %s: %s",
		query->subject.uid, query->bridge, policy->main, line);
	return CODE_DENIED;
}

static enum code refuse_denied(const struct policy_rule *rule, char text[WIRE_TEXT_SIZE])
{
	char target[POLICY_RULE_TARGET_SIZE] = "";

	policy_rule_target(rule, target);
	policy_text_write(
		text, WIRE_TEXT_SIZE, "%s:%u denies it: deny %s", rule->file, rule->line, target);
	return CODE_DENIED;
}

static enum code refuse_foreign_mac(const struct policy_rule *rule,
	const struct policy_query *query, const char *declared, char text[WIRE_TEXT_SIZE])
{
	uint32_t uid = query->subject.uid;
	char example[MAC_TEXT_SIZE] = "";
	uint8_t mac[MAC_SIZE] = {0};

	mac_derive(uid, query->bridge, 0, mac);
	mac_format(mac, example);
	policy_text_write(text, WIRE_TEXT_SIZE,
		"%s:%u ('mac own') wants a MAC address of the space of uid %u, such as '%s'; "
		"%s was declared",
		rule->file, rule->line, uid, example, declared);
	return CODE_MAC_REFUSED;
}

static enum code check_mac(
	const struct policy_rule *rule, const struct policy_query *query, char text[WIRE_TEXT_SIZE])
{
	char declared[MAC_TEXT_SIZE] = "";

	if (query->mac == NULL)
		return rule->mac == POLICY_MAC_ANY ? CODE_OK
						   : refuse_foreign_mac(rule, query, "none", text);
	mac_format(query->mac, declared);
	if (!mac_valid_for_guest(query->mac)) {
		policy_text_write(text, WIRE_TEXT_SIZE,
			"no guest may have the MAC address '%s': "
			"it is multicast, zero or begins with fe",
			declared);
		return CODE_MAC_REFUSED;
	}
	if (rule->mac == POLICY_MAC_OWN && !mac_in_space(query->mac, query->subject.uid))
		return refuse_foreign_mac(rule, query, declared, text);
	return CODE_OK;
}

static enum code check_permitted(
	const struct policy_rule *rule, const struct policy_query *query, char text[WIRE_TEXT_SIZE])
{
	if (query->queues > rule->queues) {
		policy_text_write(text, WIRE_TEXT_SIZE,
			"%s:%u permits %u queue%s a port, not %u: ask for fewer, "
			"or an administrator can give that line 'queues %u'",
			rule->file, rule->line, rule->queues, rule->queues == 1 ? "" : "s",
			query->queues, query->queues);
		return CODE_DENIED;
	}
	if (query->vhost && !rule->vhost) {
		policy_text_write(text, WIRE_TEXT_SIZE,
			"%s:%u does not permit vhost: ask without, "
			"or an administrator can give that line 'vhost'",
			rule->file, rule->line);
		return CODE_DENIED;
	}
	if (query->netns && !rule->netns) {
		policy_text_write(text, WIRE_TEXT_SIZE,
			"%s:%u does not permit interfaces in network namespaces; "
			"an administrator can give that line 'netns'",
			rule->file, rule->line);
		return CODE_DENIED;
	}
	return check_mac(rule, query, text);
}

void policy_decide(const struct policy *policy, const struct policy_query *query,
	struct policy_decision *ret_decision)
{
	struct policy_decision decision = {.code = CODE_OK};

	assert(ifname_valid(query->bridge, strlen(query->bridge)));
	assert(query->queues >= 1 && query->queues <= WIRE_QUEUES_MAX);
	decision.code = policy_admit(policy, &query->subject, decision.text);
	if (decision.code == CODE_OK) {
		decision.rule = last_match(policy, query);
		if (decision.rule == NULL)
			decision.code = refuse_unmatched(policy, query, decision.text);
		else if (!decision.rule->permit)
			decision.code = refuse_denied(decision.rule, decision.text);
		else
			decision.code = check_permitted(decision.rule, query, decision.text);
	}
	*ret_decision = decision;
}

const struct policy_rule *policy_next(
	const struct policy *policy, const struct policy_subject *subject, uint32_t *cursor)
{
	char text[WIRE_TEXT_SIZE] = "";

	if (policy_admit(policy, subject, text) != CODE_OK)
		return NULL;
	for (uint32_t i = *cursor; i < policy->n_rules; i++) {
		if (policy_rule_covers(&policy->rules[i], subject)) {
			*cursor = i + 1;
			return &policy->rules[i];
		}
	}
	return NULL;
}
