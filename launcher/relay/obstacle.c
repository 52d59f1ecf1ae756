/* SPDX-License-Identifier: MIT
 * What stands in the way to a port of a guest. */
#include "launcher/relay/obstacle.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "launcher/base/text.h"
#include "launcher/host/bridge.h"
#include "launcher/passt/passt.h"
#include "launcher/qemu/run-state.h"
#include "launcher/qemu/usernet.h"
#include "launcher/relay/client.h"
#include "launcher/runtime/state.h"

#define PAUSE_TIMEOUT 1000 /* ms */

static const char *text_of(const json_t *state, const char *key)
{
	const char *text = json_string_value(json_object_get(state, key));

	return text == NULL ? "?" : text;
}

char *obstacle_phrase(const json_t *state, const struct forward *forward, int error)
{
	const char *name = text_of(state, "name"), *lan = text_of(state, "lan");
	const char *guest = forward->guest_address[0] == '\0' ? text_of(state, "guest_address")
							      : forward->guest_address;
	char text[FORWARD_TEXT_SIZE] = "";

	forward_format(forward, text);
	switch (error) {
	case ESRCH:
		return text_format(
			"the process that forwards has ended; 'owrun forward add %s %s' starts it again",
			name, text);
	case ECONNREFUSED:
		return text_format(
			"%s refuses port %u: nobody listens there, or its firewall says so", guest,
			(unsigned int)forward->guest);
	case EHOSTUNREACH:
		return text_format(
			"nobody answers ARP for %s on bridge '%s': the guest is not up yet, or has another address ('--guest-address')",
			guest, lan);
	case ETIMEDOUT:
		return text_format(
			"%s does not answer at port %u: the guest is not up yet, or its firewall drops what comes%s",
			guest, (unsigned int)forward->guest,
			bridge_is_filtered("", lan)
				? "; this host's FORWARD chain is asked as well, see 'owrun doctor'"
				: "");
	default:
		return text_format("%s cannot be reached: %s", guest, strerror(error));
	}
}

static char *usernet_obstacle(const struct runtime *runtime, const json_t *state,
	const struct forward *forward, int timeout_ms)
{
	bool open = state_forwards_by_passt(state, forward)
			    ? passt_is_open(forward, timeout_ms)
			    : usernet_is_open(runtime, forward, timeout_ms);

	if (open)
		return NULL;
	if (forward->wan)
		return text_format(
			"the guest does not take it at its WAN, where a router's firewall refuses; a forward without 'wan:' leads to its LAN");
	return text_format("the guest does not take it at port %u: nobody listens there yet",
		(unsigned int)forward->guest);
}

/* A guest that is paused answers nobody. NULL: it runs, or nobody can tell. The caller frees it. */
static char *pause_of(const struct runtime *runtime, const json_t *state)
{
	OWNED_MEMORY char *reason = NULL;
	const char *word = run_state_ask(text_of(state, "name"), runtime, PAUSE_TIMEOUT, &reason);

	return strcmp(word, RUN_STATE_PAUSED) == 0
		       ? text_format("the VM is " RUN_STATE_PAUSED ": %s", reason)
		       : NULL;
}

static char *find(const struct runtime *runtime, const json_t *state, const struct forward *forward,
	int timeout_ms)
{
	OWNED_FD fd = -1;

	if (!state_enters_by_lan(state, forward))
		return usernet_obstacle(runtime, state, forward, timeout_ms);
	fd = forwarder_connect(runtime, forward->guest_address, forward->guest, timeout_ms);
	return fd >= 0 ? NULL : obstacle_phrase(state, forward, -fd);
}

char *obstacle_find(const struct runtime *runtime, const json_t *state,
	const struct forward *forward, int timeout_ms)
{
	OWNED_MEMORY char *obstacle = find(runtime, state, forward, timeout_ms);
	char *pause = obstacle == NULL ? NULL : pause_of(runtime, state);

	return pause != NULL || obstacle == NULL ? pause : text_format("%s", obstacle);
}
