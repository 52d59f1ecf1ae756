/* SPDX-License-Identifier: MIT
 * Whether a VM that lives runs or is paused, and why: QEMU is asked. */
#include "launcher/qemu/run-state.h"

#include <jansson.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/qemu/qmp.h"
#include "launcher/runtime/state.h"

/* QEMU's words (qapi/run-state.json) that have a reason of their own. */
static const struct {
	const char *word;
	const char *why;     /* NULL: it runs */
	const char *command; /* of owrun, in front of the VM's name */
	const char *rest;    /* and behind it */
} words[] = {
	{"running", NULL, NULL, NULL},
	{"paused", "somebody paused it", "monitor", " cont"},
	{"io-error", "the file or file system of a disk is full, or fails; when that is mended",
		"monitor", " cont"},
	{"suspended", "the guest sleeps", "monitor", " system_wakeup"},
	{"guest-panicked", "the guest's kernel has panicked", "restart", ""},
	{"internal-error", "QEMU or KVM cannot go on", "restart", ""},
};

bool run_state_judge(const char *name, const char *word, char **ret_why, char **ret_command)
{
	*ret_why = *ret_command = NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) != 0)
			continue;
		if (words[i].why == NULL)
			return false;
		*ret_why = text_format("%s", words[i].why);
		*ret_command = text_format("owrun %s %s%s", words[i].command, name, words[i].rest);
		return true;
	}
	*ret_why = text_format("QEMU's own word for it is '%s'", word);
	return true;
}

const char *run_state_ask(
	const char *name, const struct runtime *runtime, int timeout_ms, char **ret_reason)
{
	json_auto_t *answer = NULL;
	OWNED_MEMORY char *word = NULL;
	OWNED_MEMORY char *why = NULL;
	OWNED_MEMORY char *command = NULL;

	*ret_reason = NULL;
	if (qmp_ask(runtime, "query-status", timeout_ms, &answer) == 0)
		word = state_text(answer, "status");
	if (word == NULL)
		*ret_reason = text_format(
			"QEMU does not answer; 'owrun doctor --vm %s' tells more", name);
	if (word == NULL || !run_state_judge(name, word, &why, &command))
		return RUN_STATE_RUNNING;
	*ret_reason = command == NULL ? text_format("%s", why)
				      : text_format("%s; '%s' lets it go on", why, command);
	return RUN_STATE_PAUSED;
}
