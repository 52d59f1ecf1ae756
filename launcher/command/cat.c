/* SPDX-License-Identifier: MIT
 * `owrun cat`: what is in a file of an image. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/base/visible.h"
#include "launcher/command/commands.h"
#include "launcher/command/inside.h"
#include "launcher/edit/look.h"

#define CHUNK_SIZE 8192

/* What comes is a guest's: a terminal must not obey it. */
static int copy(int stream, char **reterr_text)
{
	bool terminal = isatty(STDOUT_FILENO);
	struct visible visible = {0};
	char data[CHUNK_SIZE];
	ssize_t length = 0;

	while ((length = read(stream, data, sizeof(data))) != 0) {
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return text_fail(reterr_text, -errno, "cannot read: %s", strerror(errno));
		if (terminal)
			visible_write(&visible, data, (size_t)length, stdout);
		else if (fwrite(data, 1, (size_t)length, stdout) != (size_t)length)
			return text_fail(reterr_text, -errno, "cannot write: %s", strerror(errno));
	}
	visible_end(&visible, stdout);
	return fflush(stdout) == 0
		       ? 0
		       : text_fail(reterr_text, -errno, "cannot write: %s", strerror(errno));
}

int cat_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *image = NULL;
	OWNED_FD signals = signals_open();
	OWNED_INSIDE inside = INSIDE_NONE;
	OWNED_LOOK look = LOOK_NONE;
	int r = inside_look(options, LOOK_CONTENT, signals, &image, &inside, &look, &error);

	if (r == 0)
		r = copy(look.stream, &error);
	if (r == 0)
		r = look_finish(&look, &inside.edit, &error);
	return text_exit_status(r, error);
}
