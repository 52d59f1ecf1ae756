/* SPDX-License-Identifier: MIT
 * VMs that run: which has an address. */
#include "launcher/runtime/find-mac.h"

#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

struct wanted {
	char mac[MAC_TEXT_SIZE];
	const char *except;
	char *owner;
};

static bool has_mac(const struct runtime *runtime, const char *mac)
{
	json_t *state = state_read(runtime);
	const json_t *nics = json_object_get(state, "nics");
	bool found = false;

	for (size_t i = 0; i < json_array_size(nics) && !found; i++) {
		OWNED_MEMORY char *own = state_text(json_array_get(nics, i), "mac");

		found = own != NULL && strcmp(own, mac) == 0;
	}
	json_decref(state);
	return found;
}

static void visit(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	struct wanted *wanted = context;

	if (alive && wanted->owner == NULL && strcmp(name, wanted->except) != 0 &&
		has_mac(runtime, wanted->mac))
		wanted->owner = text_format("%s", name);
}

char *runtime_find_mac(
	const struct runtime_places *places, const uint8_t mac[MAC_SIZE], const char *except)
{
	struct wanted wanted = {.except = except};

	mac_format(mac, wanted.mac);
	runtime_each(places, visit, &wanted);
	return wanted.owner;
}
