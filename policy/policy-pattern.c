/* SPDX-License-Identifier: MIT
 * Patterns of bridge names: a name, a prefix with '*', or either with the caller's uid in it.
 *
 * A pattern that this file accepts never matches anything but what it says: it is refused where
 * a uid could make the name longer than an interface name can be, and never cut; and where what one
 * uid makes of it could be what another one makes of it. */
#include "policy/policy-pattern.h"

#include <string.h>

#include "policy/policy-text.h"
#include "policy/policy.h"

#define NAME_MAX_LENGTH (IFNAME_SIZE - 1)
#define UID_DIGITS 10 /* of 4294967295 */

/* Check what the characters alone can tell; *at is left at the one that is wrong. */
static const char *check_characters(const char *word, size_t *at)
{
	bool star = false, uid = false;

	for (size_t i = 0; word[i] != '\0'; i++) {
		*at = i;
		if (star)
			return "nothing may follow the '*'";
		star = word[i] == '*';
		if (word[i] == '%') {
			if (word[i + 1] != 'U')
				return "'%' may stand only in '%U'";
			if (uid)
				return "'%U' may stand only once";
			uid = true;
			i++;
		} else if (!star && !ifname_char_valid(word[i])) {
			return "a bridge name consists of letters, digits, '.', '_' and '-'";
		}
	}
	*at = 0;
	return word[0] == '-' ? "a bridge name does not begin with '-'" : NULL;
}

/* With a star, uid 1000 would else have the bridges of uid 10001, too. */
static const char *split_own(const char *word, const char *uid, struct policy_rule *rule)
{
	const char *rest = uid + 2;
	size_t before = (size_t)(uid - word), after = strcspn(rest, "*");

	if (before + strlen(rest) > NAME_MAX_LENGTH - UID_DIGITS)
		return "a uid can have 10 digits, and a bridge name only 15 characters";
	if (rest[after] == '*' && (after == 0 || strchr("0123456789", rest[0]) != NULL))
		return "between '%U' and '*' stands something that does not begin with a digit";
	rule->pattern = POLICY_OWN;
	rule->star = rest[after] == '*';
	memcpy(rule->before, word, before);
	memcpy(rule->after, rest, after);
	return NULL;
}

/* Split a pattern whose characters are right. */
static const char *split(const char *word, struct policy_rule *rule)
{
	const char *uid = strstr(word, "%U");
	size_t length = strlen(word);

	if (uid != NULL)
		return split_own(word, uid, rule);
	if (length > NAME_MAX_LENGTH)
		return "longer than 15 characters";
	if (word[length - 1] == '*') {
		rule->pattern = POLICY_PREFIX;
		rule->star = true;
		memcpy(rule->before, word, length - 1);
		return NULL;
	}
	if (!ifname_valid(word, length))
		return "no interface can have this name";
	rule->pattern = POLICY_NAME;
	memcpy(rule->before, word, length);
	return NULL;
}

const char *policy_pattern_parse(
	const char *word, struct policy_rule *ret_rule, size_t *reterr_offset)
{
	size_t at = 0;
	const char *reason = check_characters(word, &at);

	if (reason == NULL)
		reason = split(word, ret_rule);
	if (reason != NULL)
		*reterr_offset = at;
	return reason;
}

/* Write a pattern, `uid` in the place of "%U". */
static void put(const struct policy_rule *rule, const char *uid, char *ret_text, size_t size)
{
	policy_text_write(ret_text, size, "%s%s%s%s", rule->before,
		rule->pattern == POLICY_OWN ? uid : "", rule->after, rule->star ? "*" : "");
}

void policy_pattern_format(const struct policy_rule *rule, uint32_t uid, char ret_text[IFNAME_SIZE])
{
	char digits[UID_DIGITS + 1] = "";

	policy_text_write(digits, sizeof(digits), "%u", uid);
	put(rule, digits, ret_text, IFNAME_SIZE);
}

void policy_pattern_write(const struct policy_rule *rule, char ret_text[POLICY_PATTERN_SIZE])
{
	put(rule, "%U", ret_text, POLICY_PATTERN_SIZE);
}

bool policy_pattern_match(const struct policy_rule *rule, uint32_t uid, const char *bridge)
{
	char name[IFNAME_SIZE] = "";

	switch (rule->pattern) {
	case POLICY_NAME:
		return strcmp(bridge, rule->before) == 0;
	case POLICY_PREFIX:
		return strncmp(bridge, rule->before, strlen(rule->before)) == 0;
	case POLICY_OWN:
		if (strncmp(bridge, rule->before, strlen(rule->before)) != 0)
			return false;
		policy_pattern_format(rule, uid, name);
		return rule->star ? strncmp(bridge, name, strlen(name) - 1) == 0
				  : strcmp(bridge, name) == 0;
	}
	return false;
}
