/* SPDX-License-Identifier: MIT
 * `owrun mkimage`: an image of a root file system that came as a tar. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/mkimage/mkimage.h"

/* https://reproducible-builds.org/specs/source-date-epoch/ */
static int get_time(struct mkimage *mkimage, char **reterr_text)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	uint32_t seconds = 0;

	mkimage->reproducible = epoch != NULL;
	if (epoch == NULL) {
		mkimage->now = time(NULL);
		return 0;
	}
	if (!number_parse(epoch, strlen(epoch), INT32_MAX, &seconds) || seconds == 0)
		return text_fail(reterr_text, -EINVAL,
			"SOURCE_DATE_EPOCH is '%s', and no number of seconds since 1970", epoch);
	mkimage->now = seconds;
	return 0;
}

static int make(const struct options *options, int signals, char **reterr_text)
{
	OWNED_MEMORY char *word = shell_word(options->output);
	struct mkimage mkimage = {
		.tar = options->operand,
		.image = options->output,
		.size = options->image_size,
		.replace = options->force,
		.signals = signals,
	};
	int r = get_time(&mkimage, reterr_text);

	if (r == 0)
		r = mkimage_make(&mkimage, reterr_text);
	if (r == 0)
		text_print(stdout, "%s: made; 'owrun run --kernel KERNEL %s' starts it",
			mkimage.image, word);
	return r;
}

int mkimage_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_FD signals = -1;
	int r = 0;

	if (options->output == NULL || options->image_size == 0) {
		text_say("'owrun mkimage' needs '--output IMAGE' and '--size SIZE', as '512M'");
		return EXIT_USAGE;
	}
	signals = signals_open();
	r = make(options, signals, &error);

	return text_exit_status(r, error);
}
