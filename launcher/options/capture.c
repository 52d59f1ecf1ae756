/* SPDX-License-Identifier: MIT
 * Options of capture, map and ssh: setters that the table names. */
#include "launcher/options/capture.h"

#include <errno.h>
#include <string.h>

#include "common/number.h"
#include "launcher/base/text.h"

int options_set_svg(struct options *options, const char *value, char **reterr_text)
{
	(void)reterr_text;
	options->svg = value;
	return 0;
}

int options_set_count(struct options *options, const char *value, char **reterr_text)
{
	if (!number_parse(value, strlen(value), UINT32_MAX, &options->count) || options->count == 0)
		return text_fail(
			reterr_text, -EINVAL, "count '%s' is not a number of frames", value);
	return 0;
}

int options_set_snap(struct options *options, const char *value, char **reterr_text)
{
	if (!number_parse(value, strlen(value), UINT32_MAX, &options->snap))
		return text_fail(
			reterr_text, -EINVAL, "snaplen '%s' is not a number of bytes", value);
	return 0;
}

int options_set_user(struct options *options, const char *value, char **reterr_text)
{
	if (value[0] == '-')
		return text_fail(reterr_text, -EINVAL, "'%s' is not the name of a user", value);
	options->user = value;
	return 0;
}
