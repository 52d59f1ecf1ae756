/* SPDX-License-Identifier: MIT
 * The policy object: what it holds, its list of errors, its end. */
#include "policy/policy-object.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy-text.h"

void *policy_need(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

/* Make room for one item behind the first n. The capacity is not stored: it is the power of two
 * that n has reached. */
static void *grow(void *items, size_t n, size_t item_size)
{
	if (n > 0 && (n & (n - 1)) != 0)
		return items;
	return policy_need(reallocarray(items, n > 0 ? 2 * n : 1, item_size));
}

struct policy *policy_new(const char *main, const char *subuid)
{
	struct policy *policy = policy_need(calloc(1, sizeof(*policy)));

	policy->main = policy_keep(policy, main);
	policy->subuid = policy_keep(policy, subuid);
	return policy;
}

void policy_free(struct policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < policy->n_strings; i++)
		free(policy->strings[i]);
	for (size_t i = 0; i < policy->n_errors; i++)
		free(policy->errors[i].message);
	free(policy->strings);
	free(policy->rules);
	free(policy->errors);
	free(policy->ranges);
	free(policy);
}

const char *policy_keep(struct policy *policy, const char *string)
{
	char *copy = policy_need(strdup(string));

	policy->strings = grow(policy->strings, policy->n_strings, sizeof(*policy->strings));
	policy->strings[policy->n_strings++] = copy;
	return copy;
}

void policy_add_rule(struct policy *policy, const struct policy_rule *rule)
{
	policy->rules = grow(policy->rules, policy->n_rules, sizeof(*policy->rules));
	policy->rules[policy->n_rules++] = *rule;
}

void policy_add_range(struct policy *policy, const struct subid_range *range)
{
	policy->ranges = grow(policy->ranges, policy->n_ranges, sizeof(*policy->ranges));
	policy->ranges[policy->n_ranges++] = *range;
}

static void add_error(struct policy *policy, const struct policy_error *error)
{
	policy->errors = grow(policy->errors, policy->n_errors, sizeof(*policy->errors));
	policy->errors[policy->n_errors++] = *error;
}

static void break_at(struct policy *policy, const char *file, unsigned int line)
{
	char place[POLICY_PATH_MAX + 16] = "";

	assert(strlen(file) <= POLICY_PATH_MAX);
	if (line == 0)
		policy_text_write(place, sizeof(place), "%s", file);
	else
		policy_text_write(place, sizeof(place), "%s:%u", file, line);
	policy->broken_at = policy_keep(policy, place);
}

void policy_vfail(struct policy *policy, const char *file, unsigned int line, size_t column,
	const char *format, va_list arguments)
{
	struct policy_error error = {.file = file, .line = line, .column = (unsigned int)column};

	if (policy->broken_at == NULL)
		break_at(policy, file, line);
	if (policy->n_errors > POLICY_ERRORS_MAX)
		return;
	if (policy->n_errors == POLICY_ERRORS_MAX)
		format = "too many errors, the rest is not shown";
	if (vasprintf(&error.message, format, arguments) < 0)
		abort();
	add_error(policy, &error);
}

void policy_fail(struct policy *policy, const char *file, unsigned int line, size_t column,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	policy_vfail(policy, file, line, column, format, arguments);
	va_end(arguments);
}

const char *policy_broken_at(const struct policy *policy)
{
	return policy->broken_at;
}

void policy_print_errors(const struct policy *policy, FILE *stream)
{
	for (size_t i = 0; i < policy->n_errors; i++) {
		const struct policy_error *error = &policy->errors[i];

		if (error->line == 0)
			fprintf(stream, "%s: %s\n", error->file, error->message);
		else
			fprintf(stream, "%s:%u:%u: %s\n", error->file, error->line, error->column,
				error->message);
	}
}
