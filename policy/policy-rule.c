/* SPDX-License-Identifier: MIT
 * One rule: whom it is for. */
#include "policy/policy-rule.h"

#include "policy/policy-text.h"
#include "policy/policy.h"

static bool has_group(const struct policy_subject *subject, uint32_t gid)
{
	for (size_t i = 0; i < subject->n_gids; i++)
		if (subject->gids[i] == gid)
			return true;
	return false;
}

bool policy_rule_covers(const struct policy_rule *rule, const struct policy_subject *subject)
{
	switch (rule->subject) {
	case POLICY_ANY:
		return true;
	case POLICY_USER:
		return rule->id == subject->uid;
	case POLICY_GROUP:
		return has_group(subject, rule->id);
	}
	return false;
}

void policy_rule_target(const struct policy_rule *rule, char ret_text[POLICY_RULE_TARGET_SIZE])
{
	char pattern[POLICY_PATTERN_SIZE] = "";

	policy_pattern_write(rule, pattern);
	if (rule->subject == POLICY_ANY)
		policy_text_write(ret_text, POLICY_RULE_TARGET_SIZE, "any bridge %s", pattern);
	else
		policy_text_write(ret_text, POLICY_RULE_TARGET_SIZE, "%s %u bridge %s",
			rule->subject == POLICY_USER ? "user" : "group", rule->id, pattern);
}
