/* SPDX-License-Identifier: MIT
 * Forwards of a VM that runs: more, fewer, and the way to a port of the guest.
 *
 * The state of the VM tells which forwards it has. Whoever changes them holds a lock on the VM's
 * directory meanwhile. */
#include "launcher/relay/change.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "common/cleanup.h"
#include "launcher/base/deadline.h"
#include "launcher/base/text.h"
#include "launcher/host/forward-connect.h"
#include "launcher/host/forward-probe.h"
#include "launcher/qemu/usernet.h"
#include "launcher/relay/client.h"
#include "launcher/relay/forwarder.h"
#include "launcher/relay/obstacle.h"
#include "launcher/runtime/connect.h"
#include "launcher/runtime/state.h"

#define WAN_TIMEOUT 2000 /* ms for the guest to take a connection at its WAN */

/* Returns a fd that holds the lock, or -errno with a sentence. */
static int lock(const struct runtime *runtime, char **reterr_text)
{
	OWNED_FD fd = openat(runtime->directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return text_fail(reterr_text, -errno, "cannot lock '%s': %s", runtime->directory,
			strerror(errno));
	return cleanup_steal_fd(&fd);
}

/* Start the forwarder with all forwards of the LAN that the state tells of. */
static int start(
	const char *name, const struct runtime *runtime, const json_t *state, char **reterr_text)
{
	OWNED_MEMORY char *bridge = state_text(state, "lan");
	OWNED_MEMORY char *guest = state_text(state, "guest_address");
	OWNED_FD pidfd = runtime_process_open(runtime);
	struct forward forwards[FORWARDS_MAX] = {0}, one = {0};
	struct forwarder_setup setup = {.runtime = runtime,
		.name = name,
		.bridge = bridge,
		.guest_address = guest,
		.forwards = forwards};
	struct forwarder forwarder = FORWARDER_NONE;
	int r = 0;

	if (pidfd < 0)
		return text_fail(reterr_text, pidfd, "VM '%s' has just ended", name);
	if (bridge == NULL || guest == NULL)
		return text_fail(reterr_text, -EINVAL,
			"how VM '%s' was started is not known; 'owrun restart %s' starts it again",
			name, name);
	for (size_t i = 0; setup.n < FORWARDS_MAX && state_forward(state, i, &one); i++)
		if (state_enters_by_lan(state, &one))
			forwards[setup.n++] = one;
	r = forwarder_start(&setup, &forwarder, reterr_text);
	return r < 0 ? r : forwarder_attend(&forwarder, pidfd, reterr_text);
}

/* See that a forwarder runs; *ret_list is what it forwards. */
static int ensure(const char *name, const struct runtime *runtime, const json_t *state,
	struct relay_reply *ret_list, char **reterr_text)
{
	int r = forwarder_list(runtime, ret_list);

	if (r == -ESRCH)
		r = start(name, runtime, state, reterr_text);
	else if (r < 0)
		return text_fail(reterr_text, r, "the forwarder of VM '%s' does not answer: %s",
			name, strerror(-r));
	else
		return 0;
	return r < 0 ? r : forwarder_list(runtime, ret_list);
}

static bool lists(const struct relay_reply *list, const struct forward *forward)
{
	char text[FORWARD_TEXT_SIZE] = "";

	forward_format(forward, text);
	for (size_t i = 0; i < list->n; i++)
		if (strncmp(list->entries[i].forward, text, sizeof(text)) == 0)
			return true;
	return false;
}

static int add_by_lan(const char *name, const struct runtime *runtime, const json_t *state,
	struct forward *forward, char **reterr_text)
{
	struct relay_reply list = {0};
	OWNED_FD listener = -1;
	int r = ensure(name, runtime, state, &list, reterr_text);

	if (r < 0 || lists(&list, forward))
		return r;
	r = forward_bind(forward, &listener, reterr_text);
	if (r < 0)
		return r;
	r = forwarder_add(runtime, forward, listener);
	return r == 0 ? 0
		      : text_fail(reterr_text, r, "the forwarder of VM '%s' did not take it: %s",
				name, strerror(-r));
}

static int add_by_usernet(const struct runtime *runtime, const json_t *state,
	struct forward *forward, char **reterr_text)
{
	struct usernet net = {0};
	int r = usernet_find(state, forward, &net, reterr_text);

	if (r == 0)
		r = forward_probe(forward, 1, reterr_text);
	return r < 0 ? r : usernet_add(runtime, &net, forward, reterr_text);
}

static int note(const struct runtime *runtime, json_t *state, char **reterr_text)
{
	int r = state_rewrite(runtime, state);

	return r == 0 ? 0
		      : text_fail(reterr_text, r, "cannot write '%s/" RUNTIME_STATE "': %s",
				runtime->directory, strerror(-r));
}

/* Where in the state the forward of that host side is, or -1. */
static ssize_t index_of(const json_t *state, const struct forward *forward)
{
	struct forward one = {0};

	for (size_t i = 0; state_forward(state, i, &one); i++)
		if (one.host == forward->host && one.udp == forward->udp &&
			strcmp(one.address, forward->address) == 0)
			return (ssize_t)i;
	return -1;
}

int change_add(const char *name, const struct runtime *runtime, struct forward *forward,
	char **reterr_text)
{
	OWNED_FD held = lock(runtime, reterr_text);
	json_auto_t *state = held < 0 ? NULL : state_read(runtime);
	json_t *forwards = json_object_get(state, "forwards");
	char text[FORWARD_TEXT_SIZE] = "";
	int r = held < 0 ? held : 0;

	if (r == 0 && json_array_size(forwards) >= FORWARDS_MAX)
		return text_fail(reterr_text, -ENOSPC, "more than %d forwards", FORWARDS_MAX);
	if (r == 0)
		r = state_enters_by_lan(state, forward)
			    ? add_by_lan(name, runtime, state, forward, reterr_text)
			    : add_by_usernet(runtime, state, forward, reterr_text);
	if (r < 0 || index_of(state, forward) >= 0)
		return r;
	forward_format(forward, text);
	json_array_append_new(forwards, json_string(text));
	return note(runtime, state, reterr_text);
}

int change_remove(const char *name, const struct runtime *runtime, const struct forward *forward,
	char **reterr_text)
{
	OWNED_FD held = lock(runtime, reterr_text);
	json_auto_t *state = held < 0 ? NULL : state_read(runtime);
	ssize_t at = held < 0 ? -1 : index_of(state, forward);
	struct forward found = {0};
	int r = held < 0 ? held : 0;

	if (r == 0 && (at < 0 || !state_forward(state, (size_t)at, &found)))
		return text_fail(reterr_text, -ENOENT,
			"VM '%s' has no forward from %s port %u of %s; 'owrun forward ls %s' lists them",
			name, forward->udp ? "udp" : "tcp", (unsigned int)forward->host,
			forward->address, name);
	if (r == 0 && state_enters_by_lan(state, &found)) {
		r = forwarder_remove(runtime, &found);
		/* One that has ended serves it no more. */
		if (r == -ESRCH || r == -ENOENT)
			r = 0;
		else if (r < 0)
			text_fail(reterr_text, r, "the forwarder of VM '%s' does not answer: %s",
				name, strerror(-r));
	} else if (r == 0) {
		r = usernet_remove(runtime, state, &found, reterr_text);
	}
	if (r < 0)
		return r;
	json_array_remove(json_object_get(state, "forwards"), (size_t)at);
	return note(runtime, state, reterr_text);
}

/* Is the first NIC one that forwards without 'wan:' enter by? */
static bool has_lan(const json_t *state)
{
	const json_t *first = json_array_get(json_object_get(state, "nics"), 0);

	return json_is_string(json_object_get(first, "interface")) ||
	       json_is_string(json_object_get(first, "guest"));
}

static bool is_taken(
	const struct runtime *runtime, const json_t *state, const struct forward *forward)
{
	OWNED_MEMORY char *obstacle = obstacle_find(runtime, state, forward, WAN_TIMEOUT);

	return obstacle == NULL;
}

int change_find(const char *name, const struct runtime *runtime, uint16_t port,
	struct forward *ret_forward, char **reterr_text)
{
	json_auto_t *state = state_read(runtime);
	struct forward forward = {.address = "127.0.0.1", .guest = port};
	struct relay_reply list = {0};
	bool there = state_find_forward(state, port, &forward);
	int r = 0;

	if (there && forward.wan && has_lan(state) && !is_taken(runtime, state, &forward)) {
		forward = (struct forward){.address = "127.0.0.1", .guest = port};
		there = false;
	}
	/* A forward that nobody serves any more is served again. */
	if (!there || (state_enters_by_lan(state, &forward) &&
			      (forwarder_list(runtime, &list) < 0 || !lists(&list, &forward))))
		r = change_add(name, runtime, &forward, reterr_text);
	if (r < 0)
		return r;
	*ret_forward = forward;
	return there ? 0 : 1;
}

static int connect_by_lan(const char *name, const struct runtime *runtime, const json_t *state,
	uint16_t port, int timeout_ms, char **reterr_text)
{
	const struct forward forward = {.address = "127.0.0.1", .guest = port};
	OWNED_FD held = lock(runtime, reterr_text);
	OWNED_MEMORY char *phrase = NULL;
	struct relay_reply list = {0};
	int r = held < 0 ? held : ensure(name, runtime, state, &list, reterr_text);

	cleanup_close(&held);
	if (r < 0)
		return r;
	r = forwarder_connect(runtime, "", port, timeout_ms);
	if (r >= 0)
		return r;
	phrase = obstacle_phrase(state, &forward, -r);
	return text_fail(reterr_text, r, "%s", phrase);
}

/* A user network accepts before the guest does: only then the connection outlives its forward. */
static int connect_by_usernet(const char *name, const struct runtime *runtime,
	const struct forward *forward, int timeout_ms, char **reterr_text)
{
	json_auto_t *state = state_read(runtime);
	OWNED_MEMORY char *obstacle = NULL;
	int fd = state_forwards_by_passt(state, forward)
			 ? -EOPNOTSUPP
			 : usernet_connect(runtime, forward, timeout_ms);

	if (fd >= 0)
		return fd;
	obstacle = obstacle_find(runtime, state, forward, timeout_ms);
	if (obstacle != NULL)
		return text_fail(reterr_text, -ECONNREFUSED, "VM '%s': %s", name, obstacle);
	fd = forward_connect(forward, NULL, deadline_in(timeout_ms));
	return fd >= 0 ? fd
		       : text_fail(reterr_text, fd, "the forward of VM '%s' does not accept: %s",
				 name, strerror(-fd));
}

int change_connect(const char *name, const struct runtime *runtime, uint16_t port, int timeout_ms,
	char **reterr_text)
{
	json_auto_t *state = state_read(runtime);
	OWNED_MEMORY char *ignored = NULL;
	struct forward forward = {.guest = port};
	int fd = -1, r = 0;

	if (state_enters_by_lan(state, &forward))
		return connect_by_lan(name, runtime, state, port, timeout_ms, reterr_text);
	r = change_find(name, runtime, port, &forward, reterr_text);
	if (r < 0)
		return r;
	fd = connect_by_usernet(name, runtime, &forward, timeout_ms, reterr_text);
	/* A connection that is there goes on. */
	if (r > 0)
		(void)!change_remove(name, runtime, &forward, &ignored);
	return fd < 0 || fcntl(fd, F_SETFL, 0) == 0 ? fd : -errno;
}
