/* SPDX-License-Identifier: MIT
 * `owrun create`: a VM that is kept, in a directory of its own. */
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/signals.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/make.h"

int create_run(struct options *options)
{
	OWNED_MEMORY char *error = NULL;
	OWNED_MEMORY char *operand = shell_word(options->operand);
	OWNED_MEMORY char *path = NULL;
	OWNED_FD signals = signals_open();
	int r = options->n_rest > 1 ? text_fail(&error, -EINVAL,
					      "a VM is made of one IMAGE, and '%s' is a second",
					      options->rest[1])
				    : make_vm(options, options->operand,
					      options->n_rest > 0 ? options->rest[0] : NULL,
					      signals, &path, &error);

	if (r == 0)
		text_print(stdout, "%s: '%s/" VMDIR_CONF "'; 'owrun run %s' starts it",
			strrchr(path, '/') + 1, path, operand);
	return text_exit_status(r, error);
}
