/* SPDX-License-Identifier: MIT
 * What comes after the first start of a router: its page. */
#include "launcher/command/router.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/doctor/page.h"
#include "launcher/relay/obstacle.h"
#include "launcher/runtime/neighbour.h"
#include "launcher/runtime/state.h"

#define LIMIT 60000	      /* ms for a boot, also without KVM */
#define TRY 2000	      /* ms for an answer */
#define OBSTACLE_TIMEOUT 4000 /* ms */
#define PAUSE 500	      /* ms between two tries */

enum outcome { ANSWERED, ENDED, INTERRUPTED, SILENT };

static enum outcome wait_for(const struct start *start, const struct page *page)
{
	struct pollfd news[] = {{.fd = start->spawn.pidfd, .events = POLLIN},
		{.fd = start->signals, .events = POLLIN}};
	int64_t deadline = deadline_in(LIMIT);

	while (!page_answers(page, TRY)) {
		if (deadline_left(deadline) == 0)
			return SILENT;
		if (poll(news, 2, PAUSE) > 0)
			return news[0].revents != 0 ? ENDED : INTERRUPTED;
	}
	return ANSWERED;
}

static void tell_silent(const struct start *start, const struct page *page, const char *url)
{
	json_auto_t *state = state_read(&start->runtime);
	/* The bridge itself is no forward. */
	OWNED_MEMORY char *obstacle = page->link[0] != '\0' ? NULL
							    : obstacle_find(&start->runtime, state,
								      &page->way, OBSTACLE_TIMEOUT);

	text_say("nothing has answered at %s within %d s%s%s; 'owrun doctor --vm %s' tells more",
		url, LIMIT / 1000, obstacle == NULL ? "" : ": ", obstacle == NULL ? "" : obstacle,
		start->vm->name);
}

static void tell_tried(const struct start *start, const struct page *page)
{
	OWNED_MEMORY char *url = page_url(page);
	const char *name = start->vm->name;

	switch (wait_for(start, page)) {
	case ANSWERED:
		text_print(stdout, "%s: its page answers at %s", name, url);
		break;
	case ENDED:
		text_say("VM '%s' has ended; 'owrun log %s' shows what it printed", name, name);
		break;
	case INTERRUPTED:
		text_say(
			"VM '%s' goes on in the background; 'owrun status %s' tells when %s answers",
			name, name, url);
		break;
	case SILENT:
		tell_silent(start, page, url);
		break;
	}
}

/* Nothing of this host leads there yet. */
static void tell_of_lan(const char *name, const json_t *state)
{
	OWNED_MEMORY char *lan = state_text(state, "lan");
	OWNED_MEMORY char *guest = state_text(state, "guest_address");

	if (lan == NULL || lan[0] == '\0' || strcmp(lan, "none") == 0 || guest == NULL)
		return;
	text_say(
		"%s: its page will be http://%s/ for clients on bridge '%s'; 'owrun forward add %s 0:80' leads there from this host",
		name, guest, lan, name);
}

void router_tell(const struct start *start, bool wait)
{
	json_auto_t *state = state_read(&start->runtime);
	const char *name = start->vm->name;
	struct page page = {0};

	if (!page_by_bridge(state, &page) && !page_by_forward(state, 0, &page)) {
		tell_of_lan(name, state);
	} else if (wait) {
		tell_tried(start, &page);
	} else {
		OWNED_MEMORY char *url = page_url(&page);

		text_say("%s: its page will be at %s; 'owrun status %s' tries it", name, url, name);
	}
}

void router_tell_neighbour(const struct start *start)
{
	json_auto_t *state = state_read(&start->runtime);
	OWNED_MEMORY char *sentence = neighbour_tell(&start->places, state);

	if (sentence != NULL)
		text_say("%s", sentence);
}
