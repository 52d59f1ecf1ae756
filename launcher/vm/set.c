/* SPDX-License-Identifier: MIT
 * The description of a VM: setters that read the syntax of one option each. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"
#include "launcher/vm/vm.h"

#define KVM_TIMEOUT_MAX 3600 /* seconds */

int vm_set_name(struct vm *vm, const char *text, char **reterr_text)
{
	if (!vm_name_valid(text))
		return text_fail(reterr_text, -EINVAL,
			"name '%s' is not 1-%d letters, digits, '.', '_' or '-', a letter or digit first",
			text, VM_NAME_SIZE - 1);
	memset(vm->name, 0, sizeof(vm->name));
	memcpy(vm->name, text, strlen(text));
	return 0;
}

/* The value of an option of QEMU's that may be written as "KEY=VALUE", or NULL where more is
 * said. */
static char *plain_value(const char *key, const char *text)
{
	size_t length = strlen(key);
	bool keyed = strncmp(text, key, length) == 0 && text[length] == '=';

	return strchr(text, ',') != NULL ? NULL
					 : text_format("%s", keyed ? text + length + 1 : text);
}

int vm_set_memory(struct vm *vm, const char *text, char **reterr_text)
{
	OWNED_MEMORY char *size = plain_value("size", text);
	size_t length = size == NULL ? 0 : strlen(size);
	char unit = length > 0 ? size[length - 1] : '\0';
	bool giga = unit == 'G' || unit == 'g';
	uint32_t factor = giga ? 1024 : 1, number = 0;

	if (size == NULL)
		return text_fail(reterr_text, -EINVAL,
			"memory '%s' is more than a size; slots go behind '--': '-- -m %s'", text,
			text);
	if (giga || unit == 'M' || unit == 'm')
		length--;
	if (!number_parse(size, length, VM_MEMORY_MAX / factor, &number) ||
		number * factor < VM_MEMORY_MIN)
		return text_fail(reterr_text, -EINVAL,
			"memory '%s' is not a size from %uM to %uG, as in '1024', '1024M' or '1G'",
			text, VM_MEMORY_MIN, VM_MEMORY_MAX / 1024);
	vm->memory = number * factor;
	return 0;
}

int vm_set_cpus(struct vm *vm, const char *text, char **reterr_text)
{
	OWNED_MEMORY char *cpus = plain_value("cpus", text);
	uint32_t number = 0;

	if (cpus == NULL)
		return text_fail(reterr_text, -EINVAL,
			"cpus '%s' is more than a number; a topology goes behind '--': '-- -smp %s'",
			text, text);
	if (!number_parse(cpus, strlen(cpus), VM_CPUS_MAX, &number) || number == 0)
		return text_fail(reterr_text, -EINVAL, "cpus '%s' is not a number from 1 to %d",
			text, VM_CPUS_MAX);
	vm->cpus = number;
	return 0;
}

int vm_set_arch(struct vm *vm, const char *text, char **reterr_text)
{
	return arch_parse(text, &vm->arch, reterr_text);
}

int vm_set_accel(struct vm *vm, const char *text, char **reterr_text)
{
	static const char *const names[] = {
		[ACCEL_AUTO] = "auto", [ACCEL_KVM] = "kvm", [ACCEL_TCG] = "tcg"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			vm->accel = (enum accel)i;
			return 0;
		}
	return text_fail(
		reterr_text, -EINVAL, "accelerator '%s' is none of auto, kvm and tcg", text);
}

int vm_set_kvm_timeout(struct vm *vm, const char *text, char **reterr_text)
{
	if (!number_parse(text, strlen(text), KVM_TIMEOUT_MAX, &vm->kvm_timeout))
		return text_fail(reterr_text, -EINVAL,
			"kvm-timeout '%s' is not a number of seconds up to %d", text,
			KVM_TIMEOUT_MAX);
	return 0;
}

int vm_set_lan(struct vm *vm, const char *text, char **reterr_text)
{
	enum vm_network lan = VM_NETWORK_BRIDGE;

	if (strcmp(text, "user") == 0)
		lan = VM_NETWORK_USER;
	else if (strcmp(text, "none") == 0)
		lan = VM_NETWORK_NONE;
	else if (!ifname_valid(text, strlen(text)))
		return text_fail(reterr_text, -EINVAL,
			"LAN '%s' is neither user, none nor the name of a bridge (1-15 letters, digits, '.', '_', '-')",
			text);
	else if (!nic_number_valid(text))
		return text_fail(reterr_text, -EINVAL, "LAN '%s': " NIC_NUMBERS, text);
	memset(vm->bridge, 0, sizeof(vm->bridge));
	if (lan == VM_NETWORK_BRIDGE)
		memcpy(vm->bridge, text, strlen(text));
	vm->lan = lan;
	vm->lan_asked = true;
	return 0;
}

int vm_set_wan(struct vm *vm, const char *text, char **reterr_text)
{
	static const char *const names[] = {[VM_NETWORK_NONE] = "none",
		[VM_NETWORK_USER] = "user",
		[VM_NETWORK_PASST] = "passt"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			vm->wan_asked = true;
			vm->wan = (enum vm_network)i;
			return 0;
		}
	return text_fail(reterr_text, -EINVAL, "WAN '%s' is none of user, passt and none", text);
}

int vm_add_nic(struct vm *vm, const char *text, char **reterr_text)
{
	int r = 0;

	if (strcmp(text, "none") == 0) {
		vm->no_nics = true;
		return 0;
	}
	if (vm->n_nics == VM_NICS_MAX)
		return text_fail(reterr_text, -EINVAL, "more than %d NICs", VM_NICS_MAX);
	r = nic_parse(text, &vm->nics[vm->n_nics], reterr_text);
	if (r == 0)
		vm->n_nics++;
	return r;
}

int vm_add_share(struct vm *vm, const char *text, char **reterr_text)
{
	int r = 0;

	if (vm->n_shares == VM_SHARES_MAX)
		return text_fail(reterr_text, -EINVAL, "more than %d shares", VM_SHARES_MAX);
	r = share_parse(text, &vm->shares[vm->n_shares], reterr_text);
	if (r == 0)
		vm->n_shares++;
	return r;
}

int vm_add_serial(struct vm *vm, const char *text, char **reterr_text)
{
	int r = 0;

	if (vm->n_serials == VM_SERIALS_MAX)
		return text_fail(reterr_text, -EINVAL, "more than %d serial ports", VM_SERIALS_MAX);
	r = serial_parse(text, &vm->serials[vm->n_serials], reterr_text);
	if (r == 0)
		vm->n_serials++;
	return r;
}

int vm_set_monitor(struct vm *vm, const char *text, char **reterr_text)
{
	struct serial monitor = {0};
	int r = serial_parse(text, &monitor, reterr_text);

	if (r < 0)
		return r;
	serial_free(&vm->monitor);
	vm->monitor = monitor;
	vm->has_monitor = true;
	return 0;
}

int vm_add_forward(struct vm *vm, const char *text, char **reterr_text)
{
	int r = 0;

	/* One is kept for the automatic forward of a LAN that is a user network. */
	if (vm->n_forwards == FORWARDS_MAX - 1)
		return text_fail(reterr_text, -EINVAL, "more than %d forwards", FORWARDS_MAX - 1);
	r = forward_parse(text, &vm->forwards[vm->n_forwards], reterr_text);
	if (r == 0)
		vm->n_forwards++;
	return r;
}

int vm_set_guest_address(struct vm *vm, const char *text, char **reterr_text)
{
	struct in_addr binary = {0};

	if (inet_pton(AF_INET, text, &binary) != 1)
		return text_fail(reterr_text, -EINVAL,
			"guest-address '%s' is not an IPv4 address, as in '" NIC_LAN_GUEST "'",
			text);
	memset(vm->guest_address, 0, sizeof(vm->guest_address));
	memcpy(vm->guest_address, text, strlen(text));
	return 0;
}
