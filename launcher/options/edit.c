/* SPDX-License-Identifier: MIT
 * Options of what changes the inside of images: setters that the table names. */
#include "launcher/options/edit.h"

#include <errno.h>
#include <string.h>

#include "common/number.h"
#include "launcher/base/text.h"

int options_add_recipe(struct options *options, const char *value, char **reterr_text)
{
	if (options->n_recipes == OPTIONS_RECIPES_MAX)
		return text_fail(reterr_text, -EINVAL, "more than %d recipes are too many",
			OPTIONS_RECIPES_MAX);
	options->recipes[options->n_recipes++] = value;
	return 0;
}

int options_set_owner(struct options *options, const char *value, char **reterr_text)
{
	size_t length = strcspn(value, ":");
	const char *group = value[length] == ':' ? value + length + 1 : "";

	/* The last number is none of a user. */
	if (number_parse(value, length, UINT32_MAX - 1, &options->owner) &&
		number_parse(group, strlen(group), UINT32_MAX - 1, &options->group))
		return 0;
	return text_fail(reterr_text, -EINVAL,
		"owner '%s' is not two numbers, as '0:0' is root, for names are the image's own",
		value);
}
