/* SPDX-License-Identifier: MIT
 * What owrun tells of a VM that it starts, or could start. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/cleanup.h"
#include "launcher/base/report.h"
#include "launcher/base/text.h"
#include "launcher/runtime/state.h"

/* The process is known by its pid and start. */
static void add_passt(json_t *nic, const struct runtime_holder *process)
{
	json_object_set_new(nic, "pid", json_integer(process->pid));
	json_object_set_new(nic, "start", json_string(process->start));
}

static json_t *nics_array(const struct vm *vm, uint8_t macs[VM_NICS_MAX][MAC_SIZE])
{
	json_t *array = json_array();

	for (size_t i = 0; i < vm->n_nics; i++) {
		const struct nic *nic = &vm->nics[i];
		char mac[MAC_TEXT_SIZE] = {0};
		json_t *object = NULL;

		mac_format(macs[i], mac);
		object = json_pack("{s:s, s:n, s:s, s:s}", "network", nic_network(nic), "interface",
			"mac", mac, "model", nic->model);
		if (nic->guest[0] != '\0')
			json_object_set_new(object, "guest", json_string(nic->guest));
		json_array_append_new(array, object);
	}
	return array;
}

/* What its start gave each. */
static void settle_nics(json_t *nics, const struct state *state)
{
	for (size_t i = 0; i < state->vm->n_nics; i++) {
		json_t *object = json_array_get(nics, i);

		if (state->interfaces[i] != NULL)
			json_object_set_new(object, "interface", json_string(state->interfaces[i]));
		if (state->vm->nics[i].kind == NIC_PASST)
			add_passt(object, &state->passts[i]);
	}
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
		json_array_append_new(
			array, json_pack("{s:o, s:b}", "path", report_text(vm->disks[i].path),
				       "written", vm_writes_to(vm, &vm->disks[i])));
	return array;
}

static json_t *shares_array(const struct vm *vm)
{
	json_t *array = json_array();

	for (size_t i = 0; i < vm->n_shares; i++) {
		OWNED_MEMORY char *mount = share_mount_line(&vm->shares[i]);

		json_array_append_new(
			array, json_pack("{s:o, s:s, s:s}", "path", report_text(vm->shares[i].path),
				       "tag", vm->shares[i].tag, "mount", mount));
	}
	return array;
}

static json_t *serials_array(const struct vm *vm, const json_t *chardevs)
{
	json_t *array = json_array();

	for (size_t i = 0; i < vm->n_serials; i++) {
		OWNED_MEMORY char *id = text_format(SERIAL_ID, i);
		OWNED_MEMORY char *text = serial_describe(&vm->serials[i], id, chardevs);

		json_array_append_new(array, report_text(text));
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

json_t *state_describe(
	const struct vm *vm, uint8_t macs[VM_NICS_MAX][MAC_SIZE], const json_t *chardevs)
{
	OWNED_MEMORY char *monitor =
		vm->has_monitor ? serial_describe(&vm->monitor, SERIAL_MONITOR_ID, chardevs) : NULL;
	json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:s, s:s, s:b}", "name",
		vm->name, "arch", vm->arch->name, "lan",
		vm->n_nics > 0 ? nic_network(&vm->nics[0]) : "none", "wan",
		vm->n_nics > 1 ? nic_network(&vm->nics[1]) : "none", "guest_memory",
		(json_int_t)vm->memory << 20, "cpus", (int)vm->cpus, "machine", vm_machine(vm),
		"guest_address", vm->guest_address, "sandbox", !vm->no_sandbox);

	if (object == NULL)
		abort();
	json_object_set_new(
		object, "monitor", monitor == NULL ? json_null() : report_text(monitor));
	json_object_set_new(object, "nics", nics_array(vm, macs));
	json_object_set_new(object, "forwards", forwards_array(vm));
	json_object_set_new(object, "disks", disks_array(vm));
	json_object_set_new(object, "shares", shares_array(vm));
	json_object_set_new(object, "serials", serials_array(vm, chardevs));
	return object;
}

static json_t *make(const struct state *state)
{
	OWNED_MEMORY char *boot = state_boot_id();
	uint8_t macs[VM_NICS_MAX][MAC_SIZE] = {{0}};
	json_t *object = NULL;

	for (size_t i = 0; i < state->vm->n_nics; i++)
		memcpy(macs[i], state->facts->nics[i].mac, MAC_SIZE);
	object = state_describe(state->vm, macs, state->chardevs);
	settle_nics(json_object_get(object, "nics"), state);
	json_object_update_new(object,
		json_pack("{s:o, s:o, s:s, s:s, s:s?, s:s, s:I, s:o, s:o}", "vmdir",
			text_or_null(state->vmdir), "vmdir_id", text_or_null(state->vmdir_id),
			"accel", state->facts->accel == ACCEL_KVM ? "kvm" : "tcg", "accel_reason",
			state->accel_reason, "interface", first_interface(state), "boot", boot,
			"started", (json_int_t)time(NULL), "arguments",
			arguments_array(state->facts), "settings",
			json_deep_copy(state->settings)));
	return object;
}

int state_write(const struct runtime *runtime, const struct state *state)
{
	json_t *object = make(state);
	int r = state_rewrite(runtime, object);

	json_decref(object);
	return r;
}
