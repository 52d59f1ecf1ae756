/* SPDX-License-Identifier: MIT
 * What `owrun ls` tells of a running VM: a small JSON file in its directory. */
#include "launcher/state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/text.h"

static const char *lan_text(const struct vm *vm)
{
	switch (vm->lan) {
	case VM_NETWORK_USER:
		return "user";
	case VM_NETWORK_BRIDGE:
		return vm->bridge;
	case VM_NETWORK_NONE:
		break;
	}
	return "none";
}

static json_t *forwards_array(const struct vm *vm)
{
	json_t *array = json_array();

	for (size_t i = 0; i < vm->n_forwards; i++) {
		char text[FORWARD_TEXT_SIZE] = {0};

		forward_format(&vm->forwards[i], text);
		json_array_append_new(array, json_string(text));
	}
	return array;
}

int state_write(
	const struct runtime *runtime, const struct vm *vm, enum accel accel, const char *interface)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_STATE);
	OWNED_MEMORY char *temporary = text_format("%s.new", path);
	json_t *state = json_pack("{s:s, s:s, s:s?, s:s, s:o, s:s}", "name", vm->name, "lan",
		lan_text(vm), "interface", interface, "wan",
		vm->wan == VM_NETWORK_USER ? "user" : "none", "forwards", forwards_array(vm),
		"accel", accel == ACCEL_KVM ? "kvm" : "tcg");
	int failed = 0;

	if (state == NULL)
		abort();
	failed = json_dump_file(state, temporary, JSON_INDENT(2));
	json_decref(state);
	if (failed != 0)
		return -EIO;
	return rename(temporary, path) < 0 ? -errno : 0;
}

json_t *state_read(const struct runtime *runtime)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_STATE);
	json_t *state = json_load_file(path, 0, NULL);

	if (json_is_object(state))
		return state;
	json_decref(state);
	state = json_object();
	if (state == NULL)
		abort();
	return state;
}
