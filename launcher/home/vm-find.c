/* SPDX-License-Identifier: MIT
 * VMs that have to run for what is to be done with them, and what is said where they do not. */
#include "launcher/home/vm-find.h"

#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/shell-word.h"
#include "launcher/base/text.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

/* What `run` takes for the VM, which does not run; NULL: it is not kept. The caller frees it. */
static char *operand_of(const char *name, const struct vmdir *vmdir, const struct runtime *runtime)
{
	json_auto_t *state = runtime == NULL ? NULL : state_read(runtime);
	OWNED_MEMORY char *noted = state_text(state, "vmdir");
	OWNED_MEMORY char *home = vmdir_of_name(name);

	if (vmdir != NULL && vmdir->fd >= 0)
		return home != NULL && strcmp(home, vmdir->path) == 0 ? text_format("%s", name)
								      : shell_word(vmdir->path);
	if (vmdir_created(name))
		return text_format("%s", name);
	return noted != NULL && vmdir_has_conf(noted) ? shell_word(noted) : NULL;
}

bool vm_find_is_kept(const char *name, const struct vmdir *vmdir, const struct runtime *runtime)
{
	OWNED_MEMORY char *operand = operand_of(name, vmdir, runtime);

	return operand != NULL;
}

static int say_dead(const char *name, const struct vmdir *vmdir, const struct runtime *runtime,
	char **reterr_text)
{
	OWNED_MEMORY char *operand = operand_of(name, vmdir, runtime);

	if (operand != NULL)
		return text_fail(reterr_text, -ESRCH,
			"VM '%s' is " VM_STOPPED "; 'owrun run %s' starts it", name, operand);
	/* What runtime_find() said is all that is known. */
	return -ESRCH;
}

int vm_find(const char *name, const struct vmdir *vmdir, struct runtime *ret_runtime,
	char **reterr_text)
{
	OWNED_RUNTIME left = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};
	int r = 0;

	runtime_places_init(&places);
	r = runtime_find(&places, name, ret_runtime, reterr_text);
	if (r != -ESRCH)
		return r;
	if (runtime_find_any(&places, name, &left, &ignored) < 0)
		return say_dead(name, vmdir, NULL, reterr_text);
	return say_dead(name, vmdir, &left, reterr_text);
}
