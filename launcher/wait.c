/* SPDX-License-Identifier: MIT
 * `owrun wait`: for scripts that go on when a VM is so far. */
#include <errno.h>
#include <poll.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/attach.h"
#include "launcher/commands.h"
#include "launcher/deadline.h"
#include "launcher/runtime.h"
#include "launcher/state.h"
#include "launcher/text.h"
#include "launcher/usernet.h"

#define TIME_IS_UP 124	    /* exit status, as of timeout(1) */
#define LOOK_PAUSE 250	    /* ms between two looks, where nothing tells of news */
#define LOOK_TIMEOUT 2000   /* ms for QEMU to tell of a port */
#define LOOK_LEAST 1000	    /* ms likewise, however little time is left */
#define FOREVER (-1)	    /* ms, for poll(2) */
#define LINE_MAX_SIZE 65536 /* bytes of a line that are looked at */
#define START_TIMEOUT 60000 /* ms for owrun to tell of a QEMU that it started */

enum event_kind { EVENT_EXIT, EVENT_CONSOLE, EVENT_PORT };

/* What is waited for. */
struct event {
	enum event_kind kind;
	regex_t pattern; /* of EVENT_CONSOLE */
	struct forward forward;
	uint32_t port; /* of the guest */
	FILE *log;     /* of the console, read as far as it was looked at */
	off_t looked;  /* bytes of it */
	char *line;    /* of it, that has no end yet */
	size_t size;
	size_t used;
	bool sequence; /* in a terminal's control sequence */
	int watch;     /* inotify; -1: not to be had */
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
		int error = regcomp(&event->pattern, text + 8, REG_EXTENDED | REG_NOSUB);
		char reason[128] = {0};

		if (error != 0) {
			regerror(error, &event->pattern, reason, sizeof(reason));
			return text_fail(reterr_text, -EINVAL,
				"'%s' is not an extended regular expression: %s", text + 8, reason);
		}
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
	json_t *state = state_read(runtime);
	bool told = json_object_size(state) > 0;
	bool found = state_find_forward(state, event->port, &event->forward);

	json_decref(state);
	if (!told && limit_left(limit) == 0)
		return -EAGAIN;
	if (!found)
		return text_fail(reterr_text, -ENOENT,
			"no forward leads to port %u of the guest; start it with '--forward 0:%u'",
			event->port, event->port);
	return 0;
}

static int open_log(const struct runtime *runtime, struct event *event, char **reterr_text)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_CONSOLE_LOG);

	event->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (event->watch >= 0 && inotify_add_watch(event->watch, path, IN_MODIFY) < 0)
		cleanup_close(&event->watch);
	event->log = fopen(path, "re");
	if (event->log == NULL)
		return text_fail(reterr_text, -errno, "its console has no log '%s': %s", path,
			strerror(errno));
	return 0;
}

static void close_event(struct event *event)
{
	if (event->log != NULL)
		fclose(event->log);
	if (event->kind == EVENT_CONSOLE)
		regfree(&event->pattern);
	free(event->line);
	cleanup_close(&event->watch);
}

/* Keep a byte of the line that is being read, unless it is one of a control sequence: ESC, '[', and
 * up to a letter. A line that does not end is not kept for ever. */
static void keep(struct event *event, char byte)
{
	if (event->sequence) {
		event->sequence = byte != '@' && (byte < 'A' || byte > '~' || byte == '[');
		return;
	}
	if (byte == '\033') {
		event->sequence = true;
		return;
	}
	if (event->used == LINE_MAX_SIZE)
		return;
	if (event->used + 1 >= event->size) {
		event->size = event->size == 0 ? 256 : event->size * 2;
		event->line = realloc(event->line, event->size);
		if (event->line == NULL)
			abort();
	}
	event->line[event->used++] = byte;
	event->line[event->used] = '\0';
}

static bool line_matches(struct event *event)
{
	OWNED_MEMORY char *clean = NULL;

	if (event->used == 0 || regexec(&event->pattern, event->line, 0, NULL, 0) != 0)
		return false;
	clean = text_format("%s", event->line);
	text_clean(clean);
	puts(clean);
	return true;
}

/* Look at what the log has in addition by now: it may grow as fast as it is read. A prompt has no
 * end of line: the last line counts as it is. */
static bool console_matches(struct event *event)
{
	struct stat st = {0};
	int byte = 0;

	clearerr(event->log);
	if (fstat(fileno(event->log), &st) < 0)
		return false;
	while (event->looked < st.st_size && (byte = fgetc(event->log)) != EOF) {
		event->looked++;
		if (byte == '\n') {
			if (line_matches(event))
				return true;
			event->used = 0;
			event->sequence = false;
		} else if (byte != '\r' && byte != '\0') {
			keep(event, (char)byte);
		}
	}
	return line_matches(event);
}

static bool port_is_open(
	const struct runtime *runtime, const struct event *event, const struct limit *limit)
{
	OWNED_MEMORY char *path = runtime_file(runtime, RUNTIME_QMP);
	int left = limit_left_of(limit, LOOK_TIMEOUT);

	return usernet_is_open(path, &event->forward, left > LOOK_LEAST ? left : LOOK_LEAST);
}

static bool happened(const struct runtime *runtime, struct event *event, const struct limit *limit)
{
	if (event->kind == EVENT_PORT)
		return port_is_open(runtime, event, limit);
	return event->kind == EVENT_CONSOLE && console_matches(event);
}

static int say_late(const struct options *options)
{
	text_say("VM '%s': not within %u s", options->operand, options->timeout);
	return TIME_IS_UP;
}

/* Wait for news, or until the next look. */
static void sleep_until_news(int pidfd, const struct event *event, const struct limit *limit)
{
	struct pollfd waits[] = {
		{.fd = pidfd, .events = POLLIN}, {.fd = event->watch, .events = POLLIN}};
	bool told = event->kind == EVENT_EXIT || event->watch >= 0;
	char events[4096];

	(void)!poll(waits, 2, told ? limit_left(limit) : limit_left_of(limit, LOOK_PAUSE));
	if (waits[1].revents != 0)
		(void)!read(event->watch, events, sizeof(events));
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
			return say_late(options);
		sleep_until_news(pidfd, event, limit);
	}
}

/* Find the VM, which may be being started. Returns 0, -EAGAIN when it still is and time is up, or
 * another -errno with a sentence. */
static int find(const char *name, const struct limit *limit, struct runtime *ret_runtime,
	int *ret_pidfd, char **reterr_text)
{
	int r = -EAGAIN;

	do
		r = attach_find(name, limit_left_of(limit, START_TIMEOUT), ret_runtime, ret_pidfd,
			reterr_text);
	while (r == -EAGAIN && limit_left(limit) != 0);
	return r;
}

static int prepare(const struct runtime *runtime, struct event *event, const struct limit *limit,
	char **reterr_text)
{
	if (event->kind == EVENT_PORT)
		return find_forward(runtime, event, limit, reterr_text);
	if (event->kind == EVENT_CONSOLE)
		return open_log(runtime, event, reterr_text);
	return 0;
}

int wait_run(struct options *options)
{
	struct limit limit = {options->has_timeout, deadline_in((int)options->timeout * 1000)};
	OWNED_RUNTIME runtime = RUNTIME_NONE;
	OWNED_MEMORY char *error = NULL;
	struct event event = {.watch = -1};
	OWNED_FD pidfd = -1;
	int status = 1, r = parse_event(options->event, &event, &error);

	if (r == 0)
		r = find(options->operand, &limit, &runtime, &pidfd, &error);
	if (r == 0)
		r = prepare(&runtime, &event, &limit, &error);
	if (r == 0)
		status = await(options, &runtime, pidfd, &event, &limit);
	else if (r == -EAGAIN)
		status = say_late(options);
	else if (error != NULL)
		text_say("%s", error);
	close_event(&event);
	return status;
}
