/* SPDX-License-Identifier: MIT
 * What `ls` and `status` tell of a VM that is kept and does not run: what its vm.conf says. */
#include "launcher/command/kept-row.h"

#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/disk/overlay.h"
#include "launcher/options/description.h"
#include "launcher/options/settings-json.h"
#include "launcher/runtime/state.h"
#include "launcher/start/start.h"

static int describe(struct options *options, const char *name, const struct vmdir *vmdir,
	json_t **ret_description, char **reterr_text)
{
	uint8_t macs[VM_NICS_MAX][MAC_SIZE] = {{0}};
	struct vm *vm = &options->vm;
	int r = description_load_directory(options, name, vmdir, reterr_text);

	if (r == 0)
		r = vm_complete(vm, (uint32_t)geteuid(), reterr_text);
	if (r == 0)
		r = overlay_apply(vm, vmdir, reterr_text);
	if (r < 0)
		return r;
	start_tell_macs(vm, vmdir, macs);
	*ret_description = state_describe(vm, macs, NULL);
	json_object_set_new(*ret_description, "settings", settings_to_json(&options->settings));
	return 0;
}

void kept_row_add(json_t *row, const char *name, const struct vmdir *vmdir)
{
	OWNED_MEMORY char *error = NULL;
	json_auto_t *description = NULL;
	struct options options = {0};

	options_init(&options);
	if (describe(&options, name, vmdir, &description, &error) == 0)
		json_object_update_missing(row, description);
	json_object_set_new(row, "problem", error == NULL ? json_null() : report_text(error));
	options_free(&options);
}
