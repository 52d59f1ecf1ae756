/* SPDX-License-Identifier: MIT
 * What leads to well-known ports of a guest, as a person would use it. */
#include "launcher/command/ways.h"

#include <stdio.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/doctor/page.h"
#include "launcher/relay/obstacle.h"
#include "launcher/runtime/state.h"

#define PAGE_TIMEOUT 1000 /* ms */
#define WAYS_TIMEOUT 5000 /* ms for all: that nobody answers ARP takes three seconds */

enum { SSH = 22, HTTP = 80, HTTPS = 443 };

static char *way_to(const json_t *status, const struct forward *forward, const char *name)
{
	const char *guest = json_string_value(json_object_get(status, "guest_address"));
	const char *address = forward_reach(forward);

	if (forward->udp)
		return NULL;
	switch (forward->guest) {
	case SSH:
		return forward_is_of(forward, guest) ? text_format("owrun ssh %s", name) : NULL;
	case HTTP:
		return page_url(&(struct page){.way = *forward});
	case HTTPS:
		return text_format("https://%s:%u/", address, (unsigned int)forward->host);
	default:
		return NULL;
	}
}

/* What is in the way; NULL: nothing. */
static char *try_way(const json_t *status, const struct runtime *runtime,
	const struct forward *forward, int64_t deadline)
{
	const char *reason = json_string_value(json_object_get(status, "reason"));
	char *obstacle = NULL;

	/* Nobody answers then, and what there is to know is known. */
	if (reason != NULL)
		return text_format("the VM is %s: %s",
			json_string_value(json_object_get(status, "state")), reason);
	if (forward->guest == HTTP && page_answers(&(struct page){.way = *forward}, PAGE_TIMEOUT))
		return NULL;
	if (deadline_left(deadline) == 0)
		return text_format("no time was left to try it");
	obstacle = obstacle_find(runtime, status, forward, deadline_left(deadline));
	return obstacle == NULL && forward->guest == HTTP
		       ? text_format("the guest accepts connections there, and sends no page")
		       : obstacle;
}

void ways_add(json_t *status, const char *name, const struct runtime *runtime)
{
	json_t *ways = json_array(), *pages = json_object(), *obstacles = json_object();
	int64_t deadline = deadline_in(WAYS_TIMEOUT);
	struct forward forward = {0};

	for (size_t i = 0; state_forward(status, i, &forward); i++) {
		OWNED_MEMORY char *way = way_to(status, &forward, name);
		OWNED_MEMORY char *obstacle =
			way == NULL ? NULL : try_way(status, runtime, &forward, deadline);

		if (way == NULL)
			continue;
		json_array_append_new(ways, json_string(way));
		if (forward.guest == HTTP)
			json_object_set_new(pages, way, json_boolean(obstacle == NULL));
		if (obstacle != NULL)
			json_object_set_new(obstacles, way, json_string(obstacle));
	}
	json_object_set_new(status, "ways", ways);
	json_object_set_new(status, "pages", pages);
	json_object_set_new(status, "obstacles", obstacles);
}

void ways_print(const json_t *status)
{
	const json_t *ways = json_object_get(status, "ways");
	const json_t *obstacles = json_object_get(status, "obstacles");

	for (size_t i = 0; i < json_array_size(ways); i++) {
		const char *way = json_string_value(json_array_get(ways, i));
		const char *obstacle = json_string_value(json_object_get(obstacles, way));

		text_print(stdout, "%-10s %s%s%s", i == 0 ? "reach it" : "", way,
			obstacle == NULL ? ", which answers" : ", which does not answer now: ",
			obstacle == NULL ? "" : obstacle);
	}
}
