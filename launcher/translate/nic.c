/* SPDX-License-Identifier: MIT
 * QEMU's network cards, made into those of owrun's `--nic`, and its hostfwd into `--forward`. */
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/translate/private.h"

/* owrun and owvm-netd choose them. */
static const char *const chosen[] = {
	"id", "ifname", "script", "downscript", "helper", "netdev", "romfile", "br", NULL};

#define HOSTFWD "hostfwd="

/* QEMU's "[PROTOCOL]:[ADDR]:HOST-[ADDR]:GUEST", as `--forward` has it: into the user network. NULL
 * where it is none that owrun has. An address that is left out is every address. The caller frees
 * it. */
static char *translate_forward(const char *text)
{
	bool udp = strncmp(text, "udp:", 4) == 0;
	const char *address = strchr(text, ':');
	const char *host = address == NULL ? NULL : strchr(address + 1, ':');
	const char *dash = host == NULL ? NULL : strchr(host, '-');

	if (dash == NULL || dash[1] != ':' || strchr(dash + 2, ':') != NULL ||
		(!udp && text != address && strncmp(text, "tcp:", 4) != 0))
		return NULL;
	return text_format("wan:%.*s:%.*s:%s%s",
		host == address + 1 ? (int)strlen("0.0.0.0") : (int)(host - address - 1),
		host == address + 1 ? "0.0.0.0" : address + 1, (int)(dash - host - 1), host + 1,
		dash + 2, udp ? "/udp" : "");
}

static void add_forward(struct translation *translation, const char *value)
{
	char *forward = translate_forward(value);

	if (forward != NULL)
		translation_add(translation, "forward", forward);
	else
		translation_complain(translation,
			text_format(
				"'hostfwd=%s': ports are opened by '--forward [ADDR:]HOST:GUEST[/udp]'",
				value));
}

/* The rest of a list: what owrun has as well is added to *nic. */
static void add_words(struct translation *translation, const char *words, char **nic)
{
	char *word = NULL;

	while ((word = words_take(&words)) != NULL) {
		OWNED_MEMORY char *owned = word;

		if (strncmp(owned, HOSTFWD, strlen(HOSTFWD)) == 0)
			add_forward(translation, owned + strlen(HOSTFWD));
		else if (!words_is_one(owned, chosen))
			text_append(nic, ",%s", owned);
	}
}

/* The first word of -device is the model. */
static void add_device(struct translation *translation, const char *device, char **nic)
{
	static const char *const virtio[] = {
		"virtio-net-pci", "virtio-net", "virtio-net-device", NULL};
	OWNED_MEMORY char *model = words_take(&device);

	if (!words_is_one(model, virtio))
		text_append(nic, ",model=%s", model);
	add_words(translation, device, nic);
}

/* What is plugged in, in owrun's words; NULL where owrun has no such thing. The caller frees it. */
static char *plug(const char *kind, const char *bridge, bool *ret_asks)
{
	bool tap = strcmp(kind, "tap") == 0;

	*ret_asks = tap && bridge == NULL;
	if (strcmp(kind, "user") == 0)
		return text_format("user");
	if (!tap && strcmp(kind, "bridge") != 0)
		return NULL;
	return bridge != NULL || tap ? text_format("bridge=%s", bridge == NULL ? "NAME" : bridge)
				     : text_format("bridge");
}

void translation_nic(struct translation *translation, const char *backend, const char *device)
{
	const char *words = backend;
	OWNED_MEMORY char *kind = words_take(&words);
	OWNED_MEMORY char *bridge = words_get(backend, "br");
	OWNED_MEMORY char *nic = NULL;
	bool asks = false;

	if (kind != NULL)
		nic = plug(kind, bridge, &asks);
	if (nic == NULL && device == NULL) {
		translation_add(translation, "nic", text_format("%s", backend));
		return;
	}
	if (nic == NULL) {
		translation_complain(translation,
			text_format(
				"'-netdev %s': NICs are made by '--nic bridge=NAME' and '--nic user'",
				backend));
		return;
	}
	add_words(translation, words, &nic);
	if (device != NULL)
		add_device(translation, device, &nic);
	if (asks) {
		translation_complain(translation,
			text_format("'-%s %s': a tap is made by owvm-netd, on a bridge: '--nic %s'",
				device == NULL ? "nic" : "netdev", backend, nic));
		return;
	}
	translation_add(translation, "nic", nic);
	nic = NULL;
}
