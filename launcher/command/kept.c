/* SPDX-License-Identifier: MIT
 * What commands that change kept VMs say. */
#include "launcher/command/kept.h"

#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/change/conf-file.h"
#include "launcher/home/vm-lock.h"
#include "launcher/options/literal.h"
#include "launcher/options/row.h"

/* Returns whether there was something to tell. */
static bool tell_missing(const char *operand, const char *directory)
{
	OWNED_CONF_FILE conf = CONF_FILE_NONE;
	OWNED_MEMORY char *ignored = NULL;
	bool missing = false;

	if (conf_file_take(directory, true, &conf, &ignored) < 0)
		return false;
	for (size_t i = 0; i < conf.settings.n; i++) {
		const struct setting *item = &conf.settings.items[i];
		OWNED_MEMORY char *path = literal_missing(item->row, item->text);

		if (path == NULL || !settings_counts(&conf.settings, i))
			continue;
		missing = true;
		text_say("%s: cannot start yet, as its '%s' is not there: '%s'", operand,
			item->row->name, path);
	}
	return missing;
}

char *kept_start(const char *operand, const char *directory, const char *how)
{
	OWNED_MEMORY char *word = shell_word(operand);

	return tell_missing(operand, directory)
		       ? text_format("%s", "")
		       : text_format("; 'owrun run %s' starts it%s", word, how);
}

void kept_tell_made(const char *operand, const char *directory)
{
	OWNED_MEMORY char *start = kept_start(operand, directory, "");

	text_print(
		stdout, "%s: '%s/" VMDIR_CONF "'%s", strrchr(directory, '/') + 1, directory, start);
}

void kept_tell_changed(const char *operand, const struct vmdir *vmdir, const char *what)
{
	OWNED_MEMORY char *running = vm_lock_running(vmdir);
	OWNED_MEMORY char *start = NULL;

	if (what == NULL) {
		text_print(stdout, "%s: nothing is changed", operand);
		return;
	}
	start = kept_start(operand, vmdir->path, " so");
	if (running == NULL)
		text_print(stdout, "%s: %s%s", operand, what, start);
	else
		text_print(stdout,
			"%s: %s; the VM runs on as it was started, and its next 'owrun run' takes the change: 'owrun stop %s' ends it",
			operand, what, running);
}
