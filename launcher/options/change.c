/* SPDX-License-Identifier: MIT
 * Options of what changes kept VMs: setters that the table names. */
#include "launcher/options/change.h"

#include <errno.h>

#include "launcher/base/text.h"

int options_add_unset(struct options *options, const char *value, char **reterr_text)
{
	if (options->n_unset == OPTIONS_UNSET_MAX)
		return text_fail(
			reterr_text, -EINVAL, "more than %d keys are too many", OPTIONS_UNSET_MAX);
	options->unset[options->n_unset++] = value;
	return 0;
}

int options_set_from(struct options *options, const char *value, char **reterr_text)
{
	(void)reterr_text;
	options->from = value;
	return 0;
}
