/* SPDX-License-Identifier: MIT
 * `owrun wait`: for scripts that go on when a VM is so far. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/command/commands.h"
#include "launcher/command/console.h"
#include "launcher/console/wait-log.h"
#include "launcher/relay/obstacle.h"
#include "launcher/runtime/find.h"
#include "launcher/runtime/state.h"

#define TIME_IS_UP 124	    /* exit status, as of timeout(1) */
#define LOOK_PAUSE 250	    /* ms between two looks, where nothing tells of news */
#define LOOK_TIMEOUT 2000   /* ms for QEMU to tell of a port */
#define LOOK_LEAST 1000	    /* ms likewise, however little time is left */
#define FOREVER (-1)	    /* ms, for poll(2) */
#define START_TIMEOUT 60000 /* ms for owrun to tell of a QEMU that it started */

enum event_kind { EVENT_EXIT, EVENT_CONSOLE, EVENT_PORT };

/* What is waited for. */
struct event {
	enum event_kind kind;
	struct forward forward;
	uint32_t port;	     /* of the guest */
	json_t *state;	     /* of the VM, with its forwards */
	char *obstacle;	     /* what stood in the way to the port when it was last tried */
	struct wait_log log; /* of EVENT_CONSOLE */
};

/* Until when it is waited for. */
struct limit {
	bool there;
	int64_t deadline;
};

/* What is left, for poll(2). */
static int limit_left(const struct limit *limit)
{
	return limit->there ? deadline_left(limit->deadline) : FOREVER;
}

/* What is left where nobody waits for longer than `most` ms at a time. */
static int limit_left_of(const struct limit *limit, int most)
{
	int left = limit_left(limit);

	return left >= 0 && left < most ? left : most;
}

static int parse_event(const char *text, struct event *event, char **reterr_text)
{
	if (text == NULL || strcmp(text, "exit") == 0) {
		event->kind = EVENT_EXIT;
		return 0;
	}
	if (strncmp(text, "port:", 5) == 0 &&
		number_parse(text + 5, strlen(text + 5), UINT16_MAX, &event->port) &&
		event->port > 0) {
		event->kind = EVENT_PORT;
		return 0;
	}
	if (strncmp(text, "console:", 8) == 0 && text[8] != '\0') {
		int r = wait_log_init(text + 8, &event->log, reterr_text);

		if (r < 0)
			return r;
		event->kind = EVENT_CONSOLE;
		return 0;
	}
	return text_fail(
		reterr_text, -EINVAL, "event '%s' is none of console:REGEX, port:N and exit", text);
}

/* The forward that leads to the port. Returns 0, -EAGAIN when time is up before owrun told of its
 * forwards, or -ENOENT with a sentence. */
static int find_forward(const struct runtime *runtime, struct event *event,
	const struct limit *limit, char **reterr_text)
{
	OWNED_MEMORY char *name = NULL;
	bool told = false, found = false;

	event->state = state_read(runtime);
	name = state_text(event->state, "name");
	told = json_object_size(event->state) > 0;
	found = state_find_forward(event->state, event->port, &event->forward);
	if (!told && limit_left(limit) == 0)
		return -EAGAIN;
	if (!found)
		return text_fail(reterr_text, -ENOENT,
			"no forward leads to port %u of the guest; 'owrun forward add %s 0:%u' makes one",
			event->port, name == NULL ? "NAME" : name, event->port);
	return 0;
}

static bool port_is_open(
	const struct runtime *runtime, struct event *event, const struct limit *limit)
{
	int left = limit_left_of(limit, LOOK_TIMEOUT);

	free(event->obstacle);
	event->obstacle = obstacle_find(
		runtime, event->state, &event->forward, left > LOOK_LEAST ? left : LOOK_LEAST);
	return event->obstacle == NULL;
}

static bool happened(const struct runtime *runtime, struct event *event, const struct limit *limit)
{
	if (event->kind == EVENT_PORT)
		return port_is_open(runtime, event, limit);
	return event->kind == EVENT_CONSOLE && wait_log_matches(&event->log);
}

static int say_late(const struct options *options, const struct event *event)
{
	const char *obstacle = event->obstacle;

	text_say("VM '%s': not within %u s%s%s", options->operand, options->timeout,
		obstacle == NULL ? "" : ": ", obstacle == NULL ? "" : obstacle);
	return TIME_IS_UP;
}

/* Wait for news, or until the next look. */
static void sleep_until_news(int pidfd, const struct event *event, const struct limit *limit)
{
	struct pollfd waits[] = {
		{.fd = pidfd, .events = POLLIN}, {.fd = event->log.watch, .events = POLLIN}};
	bool told = event->kind == EVENT_EXIT || event->log.watch >= 0;
	char events[4096];

	(void)!poll(waits, 2, told ? limit_left(limit) : limit_left_of(limit, LOOK_PAUSE));
	if (waits[1].revents != 0)
		(void)!read(event->log.watch, events, sizeof(events));
}

/* Returns an exit status. */
static int await(const struct options *options, const struct runtime *runtime, int pidfd,
	struct event *event, const struct limit *limit)
{
	for (;;) {
		bool ended = poll(&(struct pollfd){.fd = pidfd, .events = POLLIN}, 1, 0) > 0;
		bool late = limit_left(limit) == 0;

		if (happened(runtime, event, limit) || (ended && event->kind == EVENT_EXIT))
			return 0;
		if (ended) {
			text_say("VM '%s' has ended without it", options->operand);
			return 1;
		}
		if (late)
			return say_late(options, event);
		sleep_until_news(pidfd, event, limit);
	}
}

/* Find the VM, which may be being started. Returns 0, -EAGAIN when it still is and time is up, or
 * another -errno with a sentence. */
static int find(const struct options *options, const struct limit *limit,
	struct runtime *ret_runtime, int *ret_pidfd, char **reterr_text)
{
	int r = -EAGAIN;

	do
		r = attach_find(options, limit_left_of(limit, START_TIMEOUT), ret_runtime,
			ret_pidfd, reterr_text);
	while (r == -EAGAIN && limit_left(limit) != 0);
	return r;
}

static int prepare(const struct runtime *runtime, struct event *event, const struct limit *limit,
	char **reterr_text)
{
	if (event->kind == EVENT_PORT)
		return find_forward(runtime, event, limit, reterr_text);
	if (event->kind == EVENT_CONSOLE)
		return wait_log_open(runtime, &event->log, reterr_text);
	return 0;
}

/* Nobody has to be quicker than the VM: one that has ended, or was created and does not run, has
 * happened to end. */
static bool has_ended(const struct options *options)
{
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *ignored = NULL;
	struct runtime_places places = {0};

	runtime_places_init(&places);
	return options->vmdir.fd >= 0 || vmdir_created(options->operand) ||
	       runtime_find_any(&places, options->operand, &runtime, &ignored) == 0;
}

int wait_run(struct options *options)
{
	struct limit limit = {options->has_timeout, deadline_in((int)options->timeout * 1000)};
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	struct event event = {.log = WAIT_LOG_NONE};
	OWNED_FD pidfd = -1;
	int status = 1, r = parse_event(options->event, &event, &error);

	if (r == 0)
		r = find(options, &limit, &runtime, &pidfd, &error);
	if (r == 0)
		r = prepare(&runtime, &event, &limit, &error);
	if (r == 0)
		status = await(options, &runtime, pidfd, &event, &limit);
	else if (r == -EAGAIN)
		status = say_late(options, &event);
	else if (r == -ESRCH && event.kind == EVENT_EXIT && has_ended(options))
		status = 0;
	else if (error != NULL)
		text_say("%s", error);
	wait_log_close(&event.log);
	json_decref(event.state);
	free(event.obstacle);
	return status;
}
