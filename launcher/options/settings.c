/* SPDX-License-Identifier: MIT
 * What is said of a VM, as text and with its origin: lines of vm.conf, options of a command
 * line. */
#include "launcher/options/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/options/literal.h"
#include "launcher/options/row.h"
#include "launcher/vm/vm.h"

static void setting_free(struct setting *setting)
{
	free(setting->text);
	free(setting->origin);
}

void settings_free(struct settings *settings)
{
	for (size_t i = 0; i < settings->n; i++)
		setting_free(&settings->items[i]);
	free(settings->items);
	*settings = (struct settings){0};
}

static void append(struct settings *settings, struct setting setting)
{
	struct setting *items =
		reallocarray(settings->items, settings->n + 1, sizeof(*settings->items));

	if (items == NULL)
		abort();
	settings->items = items;
	items[settings->n++] = setting;
}

/* The text with its path made absolute: QEMU runs elsewhere, and would take what stands before a
 * ':' in a relative path for a protocol. */
static char *make_absolute(const struct option_row *row, const char *text, const char *base)
{
	int offset = literal_path(row, text);
	OWNED_MEMORY char *here = NULL;
	OWNED_MEMORY char *doubled = NULL;

	if (offset < 0 || text[offset] == '/' || text[offset] == '\0')
		return text_format("%s", text);
	here = base == NULL ? getcwd(NULL, 0) : text_format("%s", base);
	if (here == NULL)
		return text_format("%s", text);
	/* Of these two the whole value is the path, commas and all. */
	if (!(row->flags & OPTION_REPEATS) && !(row->flags & OPTION_TARGET))
		return text_format("%s/%s", here, text);
	doubled = text_double_commas(here);
	return text_format("%.*s%s/%s", offset, text, doubled, text + offset);
}

void settings_add(struct settings *settings, const struct option_row *row, const char *text,
	const char *base, const char *origin)
{
	append(settings, (struct setting){
				 .row = row,
				 .text = make_absolute(row, text, base),
				 .origin = origin == NULL ? NULL : text_format("%s", origin),
			 });
}

void settings_put_first(
	struct settings *settings, const struct option_row *row, const char *text, const char *base)
{
	struct settings all = {0};

	settings_add(&all, row, text, base, NULL);
	for (size_t i = 0; i < settings->n; i++)
		append(&all, settings->items[i]);
	free(settings->items);
	*settings = all;
}

const struct setting *settings_find(const struct settings *settings, const struct option_row *row)
{
	for (size_t i = settings->n; i > 0; i--)
		if (settings->items[i - 1].row == row)
			return &settings->items[i - 1];
	return NULL;
}

void settings_merge(struct settings *settings, const struct settings *below)
{
	struct settings merged = {0};

	for (size_t i = 0; i < below->n; i++) {
		const struct setting *item = &below->items[i];

		if (settings_find(settings, item->row) == NULL)
			settings_add(&merged, item->row, item->text, NULL, item->origin);
	}
	for (size_t i = 0; i < settings->n; i++)
		append(&merged, settings->items[i]);
	free(settings->items);
	*settings = merged;
}

/* Set one; a text that is not UTF-8 would be lost on its way through JSON, when a VM is
 * restarted. */
static int apply(const struct setting *item, struct vm *vm, char **reterr_text)
{
	json_t *string = json_string(item->text);

	if (string == NULL)
		return text_fail(reterr_text, -EINVAL, "'%s' has bytes that are not UTF-8 text",
			item->row->name);
	json_decref(string);
	return item->row->set_vm(vm, item->text, reterr_text);
}

bool settings_counts(const struct settings *settings, size_t number)
{
	const struct setting *item = &settings->items[number];

	return (item->row->flags & OPTION_REPEATS) || settings_find(settings, item->row) == item;
}

int settings_apply_one(
	const struct settings *settings, size_t number, struct vm *vm, char **reterr_text)
{
	const struct setting *item = &settings->items[number];
	int r = 0;

	if (!settings_counts(settings, number))
		return 0;
	r = literal_check(item->row, item->text, item->origin != NULL, reterr_text);
	if (r == 0)
		r = apply(item, vm, reterr_text);
	return r < 0 && item->origin != NULL
		       ? text_fail(reterr_text, r, "%s: %s", item->origin, *reterr_text)
		       : r;
}

int settings_apply(const struct settings *settings, struct vm *vm, char **reterr_text)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < settings->n; i++)
		r = settings_apply_one(settings, i, vm, reterr_text);
	return r;
}
