/* SPDX-License-Identifier: MIT
 * Ranges of subordinate uids, subuid(5). */
#include "policy/subid.h"

#include <string.h>

#include "common/number.h"
#include "policy/policy-object.h"

/* Length of text up to the separator, or all of it. */
static size_t field_length(const char *text, size_t length, char separator)
{
	const char *end = memchr(text, separator, length);

	return end != NULL ? (size_t)(end - text) : length;
}

static bool skipped(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] != ' ' && text[i] != '\t')
			return text[0] == '#';
	return true;
}

/* Read NAME:START:COUNT. Returns NULL, or the reason why the line is none; *column is left at the
 * last field that was looked at. */
static const char *parse_line(
	const char *text, size_t length, struct subid_range *ret_range, size_t *column)
{
	size_t name = field_length(text, length, ':');
	size_t start_at = name + 1, start = 0, count_at = 0;
	uint32_t first = 0, count = 0;

	*column = 1;
	if (name == 0 || name == length)
		return "NAME:START:COUNT expected";
	start = field_length(text + start_at, length - start_at, ':');
	*column = start_at + 1;
	if (start == length - start_at)
		return "NAME:START:COUNT expected";
	if (!number_parse(text + start_at, start, UINT32_MAX, &first))
		return "the start of the range is no decimal number up to 4294967295";
	count_at = start_at + start + 1;
	*column = count_at + 1;
	if (!number_parse(text + count_at, length - count_at, UINT32_MAX, &count) || count == 0)
		return "the count of the range is no decimal number from 1 to 4294967295";
	if (count - 1 > UINT32_MAX - first)
		return "the range goes past 4294967295";
	ret_range->first = first;
	ret_range->last = first + (count - 1);
	return NULL;
}

void subid_parse(struct policy *policy, const char *file, const char *text, size_t size)
{
	struct subid_range range = {.line = 0};
	size_t length = 0;

	for (size_t at = 0; at < size; at += length + 1) {
		const char *reason = NULL;
		size_t column = 0;

		length = field_length(text + at, size - at, '\n');
		range.line++;
		if (skipped(text + at, length))
			continue;
		reason = parse_line(text + at, length, &range, &column);
		if (reason != NULL)
			policy_fail(policy, file, range.line, column, "%s", reason);
		else
			policy_add_range(policy, &range);
	}
}

const struct subid_range *subid_find(const struct policy *policy, uint32_t uid)
{
	for (size_t i = 0; i < policy->n_ranges; i++)
		if (uid >= policy->ranges[i].first && uid <= policy->ranges[i].last)
			return &policy->ranges[i];
	return NULL;
}
