/* SPDX-License-Identifier: MIT
 * From the description of a VM to a running one: what is told of it. */
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/text.h"
#include "launcher/options/settings-json.h"
#include "launcher/qemu/qmp.h"
#include "launcher/runtime/state.h"
#include "launcher/start/private.h"

#define QMP_TIMEOUT 2000 /* ms */

/* What QEMU says of its character devices: the names of ptys. NULL when it does not; the caller
 * gives it back. */
static json_t *ask_chardevs(const struct start *start)
{
	json_t *chardevs = NULL;

	(void)!qmp_ask(&start->runtime, "query-chardev", QMP_TIMEOUT, &chardevs);
	return chardevs;
}

int start_note(struct start *start, const struct settings *settings, char **reterr_text)
{
	const struct vm *vm = start->vm;
	bool has_pty =
		serial_has_pty(vm->serials, vm->n_serials, vm->has_monitor ? &vm->monitor : NULL);
	json_t *chardevs = has_pty ? ask_chardevs(start) : NULL;
	json_t *said = settings_to_json(settings);
	OWNED_MEMORY char *id = start->vmdir->fd < 0 ? NULL : file_id(start->vmdir->fd, ".");
	struct state state = {
		.vm = vm,
		.passts = start->passts,
		.vmdir = start->vmdir->path,
		.vmdir_id = id,
		.facts = &start->facts,
		.accel_reason = start->accel_reason,
		.settings = said,
		.chardevs = chardevs,
	};
	int r = 0;

	for (size_t i = 0; i < vm->n_nics; i++)
		if (vm->nics[i].kind == NIC_BRIDGE)
			state.interfaces[i] = start->ports[i].interface;
	r = state_write(&start->runtime, &state);
	json_decref(chardevs);
	json_decref(said);
	if (r == 0)
		return 0;
	spawn_kill(&start->spawn);
	return text_fail(reterr_text, r, "cannot write '%s/" RUNTIME_STATE "': %s",
		start->runtime.directory, strerror(-r));
}
