/* SPDX-License-Identifier: MIT
 * What commands that change kept VMs say. */
#include "launcher/command/kept.h"

#include <stdio.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/home/vm-lock.h"

void kept_tell_changed(const char *operand, const struct vmdir *vmdir, const char *what)
{
	OWNED_MEMORY char *word = shell_word(operand);
	OWNED_MEMORY char *running = vm_lock_running(vmdir);

	if (what == NULL)
		text_print(stdout, "%s: nothing is changed", operand);
	else if (running == NULL)
		text_print(stdout, "%s: %s; 'owrun run %s' starts it so", operand, what, word);
	else
		text_print(stdout,
			"%s: %s; the VM runs on as it was started, and its next 'owrun run' takes the change: 'owrun stop %s' ends it",
			operand, what, running);
}
