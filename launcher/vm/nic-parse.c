/* SPDX-License-Identifier: MIT
 * A network card of a VM: reading `--nic`. */
#include "launcher/vm/nic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "common/wire.h"
#include "launcher/base/text.h"

#define SLOT_MAX 31
#define FUNCTION_MAX 7

static const struct {
	const char *name; /* as users say it */
	const char *device;
} models[] = {
	{"virtio", NIC_VIRTIO},
	{NIC_VIRTIO, NIC_VIRTIO},
	{"e1000", "e1000"},
	{"e1000e", "e1000e"},
	{"rtl8139", "rtl8139"},
	{"ne2k_pci", "ne2k_pci"},
	{"pcnet", "pcnet"},
	{"vmxnet3", "vmxnet3"},
};

#define N_MODELS (sizeof(models) / sizeof(models[0]))

static int set_model(struct nic *nic, const char *value, char **reterr_text)
{
	const char *names[N_MODELS] = {0}, *nearest = NULL;

	for (size_t i = 0; i < N_MODELS; i++) {
		if (strcmp(value, models[i].name) == 0) {
			nic->model = models[i].device;
			return 0;
		}
		names[i] = models[i].name;
	}
	nearest = text_nearest(value, names, N_MODELS);
	return text_fail(reterr_text, -EINVAL, "there is no NIC model '%s'; %s%s%s", value,
		nearest == NULL ? "try virtio, e1000 or rtl8139" : "did you mean '",
		nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?");
}

static int set_mac(struct nic *nic, const char *value, char **reterr_text)
{
	if (!mac_parse(value, nic->mac) || !mac_valid_for_guest(nic->mac))
		return text_fail(reterr_text, -EINVAL,
			"mac '%s' is not an address that a guest can have, as in 52:54:00:12:34:56",
			value);
	nic->has_mac = true;
	return 0;
}

/* "0x3", "3" or "3.1": all numbers are hexadecimal, as QEMU reads them. */
static bool hex_parse(const char *text, size_t length, unsigned int max, unsigned int *ret_number)
{
	static const char digits[] = "0123456789abcdef";
	unsigned int number = 0;

	if (length > 2 && memcmp(text, "0x", 2) == 0) {
		text += 2;
		length -= 2;
	}
	if (length == 0 || length > 2)
		return false;
	for (size_t i = 0; i < length; i++) {
		const char *digit = text[i] == '\0' ? NULL : strchr(digits, text[i] | 0x20);

		if (digit == NULL)
			return false;
		number = number * 16 + (unsigned int)(digit - digits);
	}
	*ret_number = number;
	return number <= max;
}

static int set_address(struct nic *nic, const char *value, char **reterr_text)
{
	size_t length = strcspn(value, ".");
	unsigned int slot = 0, function = 0;
	const char *rest = value + length;

	if (!hex_parse(value, length, SLOT_MAX, &slot) || slot == 0 ||
		(*rest == '.' && !hex_parse(rest + 1, strlen(rest + 1), FUNCTION_MAX, &function)))
		return text_fail(reterr_text, -EINVAL,
			"addr '%s' is not a slot of the PCI bus from 0x1 to 0x1f, as in 0x3 or 0x3.1",
			value);
	nic->has_address = true;
	nic->slot = (uint8_t)slot;
	nic->function = (uint8_t)function;
	return 0;
}

static int set_queues(struct nic *nic, const char *value, char **reterr_text)
{
	uint32_t queues = 0;

	if (!number_parse(value, strlen(value), WIRE_QUEUES_MAX, &queues) || queues == 0)
		return text_fail(reterr_text, -EINVAL, "queues '%s' is not a number from 1 to %d",
			value, WIRE_QUEUES_MAX);
	nic->queues = queues;
	return 0;
}

static int set_vhost(struct nic *nic, const char *value, char **reterr_text)
{
	nic->vhost = strcmp(value, "on") == 0;
	if (!nic->vhost && strcmp(value, "off") != 0)
		return text_fail(reterr_text, -EINVAL, "vhost '%s' is neither on nor off", value);
	return 0;
}

static int set_ipv4(
	const char *key, char field[INET_ADDRSTRLEN], const char *value, char **reterr_text)
{
	struct in_addr binary = {0};

	if (inet_pton(AF_INET, value, &binary) != 1)
		return text_fail(
			reterr_text, -EINVAL, "%s '%s' is not an IPv4 address", key, value);
	memcpy(field, value, strlen(value) + 1);
	return 0;
}

static int set_net(struct nic *nic, const char *value, char **reterr_text)
{
	char address[INET_ADDRSTRLEN] = {0};
	size_t length = strcspn(value, "/");
	struct in_addr binary = {0};
	uint32_t bits = 0;

	if (length < sizeof(address))
		memcpy(address, value, length);
	if (inet_pton(AF_INET, address, &binary) != 1 || value[length] != '/' ||
		!number_parse(value + length + 1, strlen(value + length + 1), 30, &bits) ||
		bits < 8)
		return text_fail(reterr_text, -EINVAL,
			"net '%s' is not an IPv4 network, as in 10.0.3.0/24", value);
	memset(nic->net, 0, sizeof(nic->net));
	memcpy(nic->net, value, strlen(value));
	return 0;
}

/* What QEMU's users write here, and what it is called instead. */
static int refuse_key(const char *key, const char *value, char **reterr_text)
{
	static const struct {
		const char *key;
		const char *instead;
	} others[] = {
		{"hostfwd", "'--forward [ADDR:]HOST:GUEST[/udp]'"},
		{"id", "nothing: owrun names its network cards itself"},
		{"ifname", "nothing: owvm-netd names the tap"},
		{"script", "nothing: owvm-netd puts the tap on its bridge"},
		{"downscript", "nothing: the tap goes with the VM"},
		{"br", "'bridge=NAME' in front"},
		{"fd", "'bridge=NAME' in front"},
		{"smb", "'--share PATH[:TAG]'"},
		{"tftp", "'--no-sandbox' with '-- -nic user,tftp=DIRECTORY'"},
	};
	static const char *const keys[] = {
		"model", "mac", "addr", "queues", "vhost", "net", "host", "dhcpstart"};
	const char *nearest = text_nearest(key, keys, sizeof(keys) / sizeof(keys[0]));

	if (nearest != NULL && strcmp(key, nearest) == 0)
		return text_fail(
			reterr_text, -EINVAL, "a NIC's key '%s' needs a value: '%s=...'", key, key);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strcmp(key, others[i].key) == 0)
			return text_fail(reterr_text, -EINVAL,
				"'%s' is not a key of a NIC here; use %s", key, others[i].instead);
	if (nearest != NULL)
		return text_fail(reterr_text, -EINVAL, "a NIC has no key '%s'; did you mean '%s'?",
			key, nearest);
	return text_fail(reterr_text, -EINVAL,
		"a NIC has no key '%s%s%s'; the keys are model, mac, addr, with 'bridge' queues, vhost, and with 'user' and 'passt' net, host, dhcpstart",
		key, value == NULL ? "" : "=", value == NULL ? "" : value);
}

static int set_key(struct nic *nic, const char *key, const char *value, char **reterr_text)
{
	bool user = nic->kind != NIC_BRIDGE;

	if (value == NULL || *value == '\0')
		return refuse_key(key, value, reterr_text);
	if (strcmp(key, "model") == 0)
		return set_model(nic, value, reterr_text);
	if (strcmp(key, "mac") == 0)
		return set_mac(nic, value, reterr_text);
	if (strcmp(key, "addr") == 0)
		return set_address(nic, value, reterr_text);
	if (user && (strcmp(key, "queues") == 0 || strcmp(key, "vhost") == 0))
		return text_fail(reterr_text, -EINVAL,
			"'%s' belongs to a port on a bridge; a user network has no such thing",
			key);
	if (strcmp(key, "queues") == 0)
		return set_queues(nic, value, reterr_text);
	if (strcmp(key, "vhost") == 0)
		return set_vhost(nic, value, reterr_text);
	if (!user && (strcmp(key, "net") == 0 || strcmp(key, "host") == 0 ||
			     strcmp(key, "dhcpstart") == 0))
		return text_fail(reterr_text, -EINVAL,
			"'%s' belongs to a user network; on a bridge the addresses are its own",
			key);
	if (strcmp(key, "net") == 0)
		return set_net(nic, value, reterr_text);
	if (strcmp(key, "host") == 0)
		return set_ipv4(key, nic->host, value, reterr_text);
	if (strcmp(key, "dhcpstart") == 0)
		return set_ipv4(key, nic->dhcpstart, value, reterr_text);
	return refuse_key(key, value, reterr_text);
}

/* The first word: what the NIC is plugged into. */
static int set_kind(struct nic *nic, const char *text, const char *word, char **reterr_text)
{
	const char *name = strchr(word, '=');

	if (strcmp(word, "user") == 0) {
		nic_init_wan_user(nic);
		return 0;
	}
	if (strcmp(word, "passt") == 0) {
		nic_init_wan_passt(nic);
		return 0;
	}
	if (strcmp(word, "bridge") == 0) {
		nic_init_bridge(nic, "");
		return 0;
	}
	if (strncmp(word, "bridge=", strlen("bridge=")) == 0) {
		if (!ifname_valid(name + 1, strlen(name + 1)))
			return text_fail(reterr_text, -EINVAL,
				"'%s' is not the name of a bridge (1-15 letters, digits, '.', '_', '-')",
				name + 1);
		if (!nic_number_valid(name + 1))
			return text_fail(
				reterr_text, -EINVAL, "bridge '%s': " NIC_NUMBERS, name + 1);
		nic_init_bridge(nic, name + 1);
		return 0;
	}
	if (strcmp(word, "tap") == 0)
		return text_fail(reterr_text, -EINVAL,
			"a tap is made by owvm-netd, on a bridge: '--nic bridge=NAME'");
	return text_fail(reterr_text, -EINVAL,
		"NIC '%s' begins with none of user, passt and bridge[=NAME], as in 'user,model=e1000'",
		text);
}

int nic_parse(const char *text, struct nic *ret_nic, char **reterr_text)
{
	OWNED_MEMORY char *copy = text_format("%s", text);
	char *rest = copy, *word = strsep(&rest, ",");
	struct nic nic = {0};
	int r = set_kind(&nic, text, word, reterr_text);

	while (r == 0 && (word = strsep(&rest, ",")) != NULL) {
		char *value = word, *key = strsep(&value, "=");

		r = set_key(&nic, key, value, reterr_text);
	}
	if (r == 0 && (nic.queues > 1 || nic.vhost) && !nic_is_virtio(&nic))
		r = text_fail(reterr_text, -EINVAL,
			"NIC '%s': only the model virtio has queues and vhost", text);
	if (r == 0)
		*ret_nic = nic;
	return r;
}
