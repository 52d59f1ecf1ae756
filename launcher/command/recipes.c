/* SPDX-License-Identifier: MIT
 * `owrun recipes`: what '--recipe' knows, and the scripts. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/command/commands.h"
#include "launcher/edit/recipe.h"

static const struct report_column columns[] = {
	{"recipe", "RECIPE"},
	{"summary", "WHAT IT DOES"},
	{0},
};

static void list(bool json)
{
	json_auto_t *rows = json_array();

	for (const struct recipe *recipe = recipe_table; recipe->name != NULL; recipe++) {
		OWNED_MEMORY char *words =
			recipe->value == NULL ? text_format("%s", recipe->name)
					      : text_format("%s=%s", recipe->name, recipe->value);
		json_t *row = json_object();

		json_object_set_new(row, "recipe", json_string(words));
		json_object_set_new(row, "summary", json_string(recipe->summary));
		json_array_append_new(rows, row);
	}
	report_print(rows, columns, json, stdout);
}

/* As a release of today has it. */
static int show(const char *said, char **reterr_text)
{
	struct recipe_made made = {0};
	int r = recipe_make(said, RECIPE_DEVICES, &made, reterr_text);

	if (r == 0)
		text_print(stdout, "# %s%s%s", made.destination,
			made.directory == NULL ? "" : ": all that is in ",
			made.directory == NULL ? "" : made.directory);
	if (r == 0 && made.script != NULL)
		visible_write(&(struct visible){0}, made.script, strlen(made.script), stdout);
	recipe_free(&made);
	return r;
}

int recipes_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	int r = 0;

	if (options->operand == NULL)
		list(options->json);
	else
		r = show(options->operand, &error);
	return text_exit_status(r, error);
}
