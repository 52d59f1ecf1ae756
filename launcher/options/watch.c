/* SPDX-License-Identifier: MIT
 * Options of what looks at VMs, or waits for them: setters that the table names. */
#include "launcher/options/watch.h"

#include <errno.h>
#include <string.h>

#include "common/number.h"
#include "launcher/base/text.h"

#define TIMEOUT_MAX 3600 /* seconds */

int options_set_lines(struct options *options, const char *value, char **reterr_text)
{
	if (!number_parse(value, strlen(value), UINT32_MAX, &options->lines))
		return text_fail(reterr_text, -EINVAL, "lines '%s' is not a number", value);
	options->has_lines = true;
	return 0;
}

int options_set_ended(struct options *options, const char *value, char **reterr_text)
{
	if (number_parse(value, strlen(value), UINT32_MAX, &options->ended) && options->ended > 0)
		return 0;
	return text_fail(
		reterr_text, -EINVAL, "'%s' is no number of ends, of which the last is 1", value);
}

int options_set_serial(struct options *options, const char *value, char **reterr_text)
{
	if (number_parse(value, strlen(value), SERIAL_PORTS_MAX, &options->serial) &&
		options->serial > 0)
		return 0;
	return text_fail(reterr_text, -EINVAL, "'%s' is no serial port; they are 1 to %d", value,
		SERIAL_PORTS_MAX);
}

int options_set_console_escape(struct options *options, const char *value, char **reterr_text)
{
	if (strcmp(value, "none") == 0) {
		options->escape = OPTIONS_NO_ESCAPE;
		return 0;
	}
	/* ^@ ... ^_ are the control characters; case does not matter for letters. */
	if (strlen(value) != 2 || value[0] != '^' || value[1] < '?' + 1 || value[1] > '~')
		return text_fail(reterr_text, -EINVAL,
			"console escape '%s' is neither 'none' nor a control character as in '^]'",
			value);
	options->escape = value[1] & 0x1f;
	return 0;
}

int options_set_timeout(struct options *options, const char *value, char **reterr_text)
{
	uint32_t seconds = 0;

	if (!number_parse(value, strlen(value), TIMEOUT_MAX, &seconds))
		return text_fail(reterr_text, -EINVAL,
			"timeout '%s' is not a number of seconds up to %d", value, TIMEOUT_MAX);
	options->timeout = seconds;
	options->has_timeout = true;
	return 0;
}
