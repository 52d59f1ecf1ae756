/* SPDX-License-Identifier: MIT
 * KEY=VALUE, KEY+=VALUE and KEY-=VALUE: what `owrun set` does to the lines of a vm.conf. */
#include "launcher/change/assign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/base/words.h"
#include "launcher/options/conf.h"
#include "launcher/options/table.h"
#include "launcher/vm/vm.h"

/* A word, taken apart. */
struct assignment {
	const struct option_row *row;
	const char *value;
	char how; /* '=', '+' or '-' */
};

static int find_key(const char *key, const struct option_row **ret_row, char **reterr_text)
{
	const char *nearest = NULL;

	*ret_row = options_find_key(key, strlen(key));
	if (*ret_row != NULL && strcmp(key, "name") == 0)
		return text_fail(reterr_text, -EINVAL,
			"the name of a VM is that of its directory, too; 'owrun rename' changes both");
	if (*ret_row != NULL)
		return 0;
	nearest = options_nearest_key(key);
	if (nearest != NULL)
		return text_fail(reterr_text, -EINVAL, "there is no key '%s'; did you mean '%s'?",
			key, nearest);
	return text_fail(
		reterr_text, -EINVAL, "there is no key '%s'; 'owrun help options' lists them", key);
}

static int check(const struct assignment *one, char **reterr_text)
{
	const struct option_row *row = one->row;

	if (one->how != '=' && !(row->flags & OPTION_REPEATS))
		return text_fail(reterr_text, -EINVAL,
			"key '%s' has one value; '%s=%s' without the '%c' replaces it", row->name,
			row->name, one->value, one->how);
	if (one->value[0] == '\0' && !(row->flags & OPTION_EMPTY))
		return text_fail(reterr_text, -EINVAL,
			"key '%s' needs a value: %s; '--unset %s' takes it out", row->name,
			row->value == NULL ? "yes or no" : row->value, row->name);
	return 0;
}

static int take_apart(const char *word, struct assignment *ret_one, char **reterr_text)
{
	const char *equals = strchr(word, '=');
	OWNED_MEMORY char *key = NULL;
	struct assignment one = {.how = '='};
	size_t length = 0;
	int r = 0;

	if (equals == NULL || equals == word)
		return text_fail(
			reterr_text, -EINVAL, "'%s' is not KEY=VALUE, as in 'memory=512M'", word);
	length = (size_t)(equals - word);
	if (equals[-1] == '+' || equals[-1] == '-')
		one.how = word[--length];
	key = text_format("%.*s", (int)length, word);
	one.value = equals + 1;
	r = find_key(key, &one.row, reterr_text);
	if (r == 0)
		r = check(&one, reterr_text);
	*ret_one = one;
	return r;
}

/* The value as a line has it, which the caller frees, when its syntax is sound: what is wrong with
 * it is told without a line, as there is none yet. */
static int settle(const struct option_row *row, const char *value, const char *directory,
	char **ret_text, char **reterr_text)
{
	OWNED_SETTINGS settings = {0};
	struct vm vm;
	int r = 0;

	settings_add(&settings, row, value, NULL, NULL);
	r = conf_check(directory, &settings, reterr_text);
	vm_init(&vm);
	if (r == 0)
		r = settings_apply(&settings, &vm, reterr_text);
	vm_free(&vm);
	if (r == 0)
		*ret_text = text_format("%s", conf_value(&settings.items[0], directory));
	return r;
}

/* All values that the words from this one on give the key with '='. */
static int collect(const struct assignment *first, const char *directory, char *const *words,
	size_t n, struct words *ret_values, char **reterr_text)
{
	for (size_t i = 0; i < n; i++) {
		struct assignment one = {0};
		OWNED_MEMORY char *value = NULL;
		int r = take_apart(words[i], &one, reterr_text);

		if (r == 0 && one.row == first->row && one.how == '=')
			r = settle(one.row, one.value, directory, &value, reterr_text);
		if (r < 0)
			return r;
		if (value != NULL)
			words_add(ret_values, value);
	}
	return 0;
}

static int set(struct lines *lines, const struct assignment *first, const char *directory,
	char *const *words, size_t n, char **reterr_text)
{
	OWNED_WORDS values = {0};
	int r = collect(first, directory, words, n, &values, reterr_text);

	if (r < 0)
		return r;
	if (values.n > 1 && !(first->row->flags & OPTION_REPEATS))
		return text_fail(reterr_text, -EINVAL, "key '%s' is given twice", first->row->name);
	lines_set(lines, first->row, values.items, values.n);
	return 0;
}

static bool was_set(const struct option_row *row, char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(words[i], row->name, strlen(row->name)) == 0 &&
			words[i][strlen(row->name)] == '=')
			return true;
	return false;
}

static int take_out(struct lines *lines, const struct assignment *one, const char *directory,
	char **reterr_text)
{
	OWNED_MEMORY char *value = NULL;
	int r = settle(one->row, one->value, directory, &value, reterr_text);

	if (r < 0)
		return r;
	if (lines_remove(lines, one->row, value) == 0 &&
		lines_remove(lines, one->row, one->value) == 0)
		return text_fail(reterr_text, -EINVAL, "there is no line '%s = %s'", one->row->name,
			one->value);
	return 0;
}

int assign_all(struct lines *lines, const char *directory, char *const *words, size_t n,
	char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		OWNED_MEMORY char *value = NULL;
		struct assignment one = {0};

		r = take_apart(words[i], &one, reterr_text);
		if (r < 0)
			return r;
		if (one.how == '-')
			r = take_out(lines, &one, directory, reterr_text);
		else if (one.how == '+')
			r = settle(one.row, one.value, directory, &value, reterr_text);
		else if (!was_set(one.row, words, i))
			r = set(lines, &one, directory, words + i, n - i, reterr_text);
		if (r == 0 && value != NULL)
			lines_add(lines, one.row, value);
	}
	return r;
}

int assign_check(
	char *const *words, size_t n, const char *const *keys, size_t n_keys, char **reterr_text)
{
	struct assignment one = {0};
	const struct option_row *row = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n_keys; i++)
		r = find_key(keys[i], &row, reterr_text);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = take_apart(words[i], &one, reterr_text);
	return r;
}

int assign_unset(struct lines *lines, const char *const *keys, size_t n, char **reterr_text)
{
	for (size_t i = 0; i < n; i++) {
		const struct option_row *row = NULL;
		int r = find_key(keys[i], &row, reterr_text);

		if (r < 0)
			return r;
		if (lines_remove(lines, row, NULL) == 0)
			return text_fail(reterr_text, -EINVAL,
				"key '%s' is not set, so that its default counts already", keys[i]);
	}
	return 0;
}

int assign_settings(struct lines *lines, const char *directory, const struct settings *settings,
	char **reterr_text)
{
	int r = conf_check(directory, settings, reterr_text);

	for (size_t i = 0; r == 0 && i < settings->n; i++) {
		const struct setting *item = &settings->items[i];
		char *value = text_format("%s", conf_value(item, directory));
		bool first = true;

		for (size_t j = 0; j < i; j++)
			first = first && settings->items[j].row != item->row;
		if (first || !(item->row->flags & OPTION_REPEATS))
			lines_set(lines, item->row, &value, 1);
		else
			lines_add(lines, item->row, value);
		free(value);
	}
	return r;
}
