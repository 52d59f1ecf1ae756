/* SPDX-License-Identifier: MIT
 * A second router on one LAN. */
#include "launcher/runtime/neighbour.h"

#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"
#include "launcher/vm/nic.h"

struct search {
	const json_t *state; /* of the VM whose neighbours are looked for */
	char *found;
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* Its LAN is a bridge, and it has a WAN. */
static bool is_router(const json_t *state)
{
	const json_t *nics = json_object_get(state, "nics");

	return json_array_size(nics) > 1 &&
	       text_of(json_array_get(nics, 0), "interface")[0] != '\0';
}

static const char *address_of(const json_t *state)
{
	const char *address = text_of(state, "guest_address");

	return address[0] == '\0' ? NIC_LAN_GUEST : address;
}

static void compare(const char *name, const struct runtime *runtime, bool alive, void *context)
{
	struct search *search = context;
	json_t *other = NULL;

	if (!alive || search->found != NULL || strcmp(name, text_of(search->state, "name")) == 0)
		return;
	other = state_read(runtime);
	if (is_router(other) && strcmp(text_of(other, "lan"), text_of(search->state, "lan")) == 0 &&
		strcmp(address_of(other), address_of(search->state)) == 0)
		search->found = text_format("%s", name);
	json_decref(other);
}

char *neighbour_tell(const struct runtime_places *places, const json_t *state)
{
	struct search search = {.state = state};
	OWNED_MEMORY char *other = NULL;

	if (is_router(state))
		runtime_each(places, compare, &search);
	other = search.found;
	return other == NULL
		       ? NULL
		       : text_format(
				 "VM '%s' is on bridge '%s' as well, and two routers need two addresses: '--lan 2' to '--lan 9' are other bridges of yours, '--recipe lan-ip=ADDR/LEN' gives another address",
				 other, text_of(state, "lan"));
}
