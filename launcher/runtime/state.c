/* SPDX-License-Identifier: MIT
 * What owrun tells of a VM that it started: a small JSON file in its runtime directory. */
#include "launcher/runtime/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/atomic-file.h"
#include "launcher/base/text.h"
#include "launcher/runtime/file.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* The caller frees it; empty where the kernel does not tell. */
static char *boot_id(void)
{
	FILE *stream = fopen(BOOT_ID, "re");
	char *line = NULL;
	size_t size = 0;

	if (stream == NULL || getline(&line, &size, stream) < 0) {
		free(line);
		line = text_format("%s", "");
	}
	if (stream != NULL)
		fclose(stream);
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* The process is known by its pid and start. */
static void add_passt(json_t *nic, const struct runtime_holder *process)
{
	json_object_set_new(nic, "pid", json_integer(process->pid));
	json_object_set_new(nic, "start", json_string(process->start));
}

static json_t *nics_array(const struct state *state)
{
	json_t *array = json_array();

	for (size_t i = 0; i < state->vm->n_nics; i++) {
		const struct nic *nic = &state->vm->nics[i];
		char mac[MAC_TEXT_SIZE] = {0};
		json_t *object = NULL;

		mac_format(state->facts->nics[i].mac, mac);
		object = json_pack("{s:s, s:s?, s:s, s:s}", "network", nic_network(nic),
			"interface", state->interfaces[i], "mac", mac, "model", nic->model);
		if (nic->guest[0] != '\0')
			json_object_set_new(object, "guest", json_string(nic->guest));
		if (nic->kind == NIC_PASST)
			add_passt(object, &state->passts[i]);
		json_array_append_new(array, object);
	}
	return array;
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

static json_t *disks_array(const struct vm *vm)
{
	json_t *array = json_array();

	for (size_t i = 0; i < vm->n_disks; i++)
		json_array_append_new(array, json_pack("{s:s, s:b}", "path", vm->disks[i].path,
						     "written", vm_writes_to(vm, &vm->disks[i])));
	return array;
}

static json_t *shares_array(const struct vm *vm)
{
	json_t *array = json_array();

	for (size_t i = 0; i < vm->n_shares; i++) {
		OWNED_MEMORY char *mount = share_mount_line(&vm->shares[i]);

		json_array_append_new(
			array, json_pack("{s:s, s:s, s:s}", "path", vm->shares[i].path, "tag",
				       vm->shares[i].tag, "mount", mount));
	}
	return array;
}

static json_t *serials_array(const struct vm *vm, const json_t *chardevs)
{
	json_t *array = json_array();

	for (size_t i = 0; i < vm->n_serials; i++) {
		OWNED_MEMORY char *id = text_format(SERIAL_ID, i);
		OWNED_MEMORY char *text = serial_describe(&vm->serials[i], id, chardevs);

		json_array_append_new(array, json_string(text));
	}
	return array;
}

static json_t *arguments_array(const struct plan_facts *facts)
{
	json_t *array = json_array();

	for (size_t i = 0; i < facts->n_arguments; i++)
		json_array_append_new(array, json_string(facts->arguments[i]));
	return array;
}

static const char *first_interface(const struct state *state)
{
	for (size_t i = 0; i < state->vm->n_nics; i++)
		if (state->interfaces[i] != NULL)
			return state->interfaces[i];
	return NULL;
}

/* A text that may not be UTF-8, as paths may be: then null. */
static json_t *text_or_null(const char *text)
{
	json_t *string = text == NULL ? NULL : json_string(text);

	return string == NULL ? json_null() : string;
}

static json_t *make(const struct state *state)
{
	const struct vm *vm = state->vm;
	OWNED_MEMORY char *boot = boot_id();
	OWNED_MEMORY char *monitor =
		vm->has_monitor ? serial_describe(&vm->monitor, SERIAL_MONITOR_ID, state->chardevs)
				: NULL;
	const char *lan = vm->n_nics > 0 ? nic_network(&vm->nics[0]) : "none";
	const char *wan = vm->n_nics > 1 ? nic_network(&vm->nics[1]) : "none";
	json_t *object = json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:s?, s:s, s:o, s:b, s:s, s:I}",
		"name", vm->name, "vmdir", text_or_null(state->vmdir), "arch", vm->arch->name,
		"accel", state->facts->accel == ACCEL_KVM ? "kvm" : "tcg", "accel_reason",
		state->accel_reason, "lan", lan, "interface", first_interface(state), "wan", wan,
		"monitor", text_or_null(monitor), "sandbox", !vm->no_sandbox, "boot", boot,
		"started", (json_int_t)time(NULL));

	if (object == NULL)
		abort();
	json_object_set_new(object, "vmdir_id", text_or_null(state->vmdir_id));
	json_object_set_new(object, "machine", json_string(vm_machine(vm)));
	json_object_set_new(object, "nics", nics_array(state));
	json_object_set_new(object, "forwards", forwards_array(vm));
	json_object_set_new(object, "guest_address", json_string(vm->guest_address));
	json_object_set_new(object, "disks", disks_array(vm));
	json_object_set_new(object, "shares", shares_array(vm));
	json_object_set_new(object, "serials", serials_array(vm, state->chardevs));
	json_object_set_new(object, "arguments", arguments_array(state->facts));
	json_object_set_new(object, "settings", json_deep_copy(state->settings));
	return object;
}

int state_rewrite(const struct runtime *runtime, const json_t *changed)
{
	return atomic_file_write(runtime->directory_fd, RUNTIME_STATE, changed);
}

int state_write(const struct runtime *runtime, const struct state *state)
{
	json_t *object = make(state);
	int r = state_rewrite(runtime, object);

	json_decref(object);
	return r;
}

json_t *state_read(const struct runtime *runtime)
{
	OWNED_FD fd = runtime_file_open(runtime->directory_fd, RUNTIME_STATE, RUNTIME_FILE_MAX);
	json_t *state = fd < 0 ? NULL : json_loadfd(fd, 0, NULL);

	if (json_is_object(state))
		return state;
	json_decref(state);
	state = json_object();
	if (state == NULL)
		abort();
	return state;
}

bool state_enters_by_lan(const json_t *state, const struct forward *forward)
{
	const json_t *lan = json_array_get(json_object_get(state, "nics"), 0);

	return !forward->wan && json_is_string(json_object_get(lan, "interface"));
}

bool state_forward(const json_t *state, size_t i, struct forward *ret_forward)
{
	const char *text = json_string_value(json_array_get(json_object_get(state, "forwards"), i));
	OWNED_MEMORY char *ignored = NULL;

	return text != NULL && forward_parse(text, ret_forward, &ignored) == 0;
}

bool state_find_forward(const json_t *state, uint32_t guest, struct forward *ret_forward)
{
	const char *address = json_string_value(json_object_get(state, "guest_address"));
	size_t n = json_array_size(json_object_get(state, "forwards"));
	bool found = false;

	for (size_t i = 0; i < n && (!found || ret_forward->wan); i++) {
		struct forward one = {0};

		if (!state_forward(state, i, &one) || one.udp || one.guest != guest ||
			(found && one.wan) || !forward_is_of(&one, address))
			continue;
		*ret_forward = one;
		found = true;
	}
	return found;
}

bool state_forwards_by_passt(const json_t *state, const struct forward *forward)
{
	const json_t *nics = json_object_get(state, "nics"), *first = NULL;

	if (state_enters_by_lan(state, forward))
		return false;
	/* As vm_forward_nic() chooses. */
	for (size_t i = 0; i < json_array_size(nics); i++) {
		const json_t *nic = json_array_get(nics, i);
		bool lan = json_object_get(nic, "guest") != NULL;

		if (json_is_string(json_object_get(nic, "interface")) || (forward->wan && lan))
			continue;
		if (first == NULL || lan)
			first = nic;
		if (lan)
			break;
	}
	return json_object_get(first, "pid") != NULL;
}

void state_judge_passts(json_t *state)
{
	const json_t *nics = json_object_get(state, "nics");

	for (size_t i = 0; i < json_array_size(nics); i++) {
		json_t *nic = json_array_get(nics, i);
		json_int_t pid = json_integer_value(json_object_get(nic, "pid"));
		const char *start = json_string_value(json_object_get(nic, "start"));

		if (pid != 0 && start != NULL)
			json_object_set_new(
				nic, "ended", json_boolean(!process_is_there((pid_t)pid, start)));
	}
}

char *state_text(const json_t *state, const char *key)
{
	const char *text = json_string_value(json_object_get(state, key));

	return text == NULL ? NULL : text_format("%s", text);
}

void state_arguments(const json_t *state, char ***ret_arguments, size_t *ret_n)
{
	const json_t *array = json_object_get(state, "arguments");
	size_t n = json_array_size(array), used = 0;
	char **arguments = calloc(n + 1, sizeof(*arguments));

	if (arguments == NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		const char *text = json_string_value(json_array_get(array, i));

		if (text != NULL)
			arguments[used++] = text_format("%s", text);
	}
	*ret_arguments = arguments;
	*ret_n = used;
}

bool state_before_boot(const json_t *state)
{
	const char *then = json_string_value(json_object_get(state, "boot"));
	OWNED_MEMORY char *now = boot_id();

	return then != NULL && strcmp(then, now) != 0;
}
