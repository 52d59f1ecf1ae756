/* SPDX-License-Identifier: MIT
 * The process that forwards ports of this host to a guest's LAN: owrun's side of its start. */
#include "launcher/relay/forwarder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/text.h"
#include "launcher/host/forward-probe.h"
#include "launcher/relay/inside.h"
#include "launcher/runtime/connect.h"

/* What it says of its start. Returns 0, or -errno with a sentence. */
static int listen_to(int channel, char **reterr_text)
{
	struct inside_word word = {0};
	size_t n = 0;
	int r = fdpass_receive(channel, &word, sizeof(word), NULL, 0, &n);

	if (r != sizeof(word))
		return text_fail(reterr_text, -EIO, "forward: the process that forwards has ended");
	word.sentence[sizeof(word.sentence) - 1] = '\0';
	return word.error == 0 ? 0
			       : text_fail(reterr_text, -word.error, "forward: %s", word.sentence);
}

static int note(const struct forwarder_setup *setup, pid_t pid, char **reterr_text)
{
	struct runtime_holder holder = {0};
	int r = 0;

	runtime_holder_of(pid, NULL, &holder);
	r = runtime_note(setup->runtime->directory_fd, RUNTIME_FORWARD_PID, &holder);
	return r == 0 ? 0
		      : text_fail(reterr_text, r, "cannot write '%s/" RUNTIME_FORWARD_PID "': %s",
				setup->runtime->directory, strerror(-r));
}

static int open_sockets(
	const struct forwarder_setup *setup, struct inside *inside, char **reterr_text)
{
	int r = inside->control = runtime_bind(setup->runtime, RUNTIME_FORWARD);

	if (r < 0)
		return text_fail(reterr_text, r, "cannot make '%s/" RUNTIME_FORWARD "': %s",
			setup->runtime->directory, strerror(-r));
	for (size_t i = 0; i < setup->n; i++) {
		r = forward_bind(&setup->forwards[i], &inside->listeners[i], reterr_text);
		if (r < 0)
			return r;
	}
	return 0;
}

static void close_sockets(struct inside *inside)
{
	cleanup_close(&inside->channel);
	cleanup_close(&inside->control);
	for (size_t i = 0; i < FORWARDS_MAX; i++)
		cleanup_close(&inside->listeners[i]);
}

static int fork_inside(const struct inside *inside, pid_t *ret_pid, char **reterr_text)
{
	/* What is not written yet would be so twice. */
	fflush(NULL);
	*ret_pid = fork();
	if (*ret_pid < 0)
		return text_fail(
			reterr_text, -errno, "forward: no process for it: %s", strerror(errno));
	if (*ret_pid == 0)
		inside_run(inside);
	return 0;
}

int forwarder_start(
	const struct forwarder_setup *setup, struct forwarder *ret_forwarder, char **reterr_text)
{
	struct inside inside = {.setup = setup, .channel = -1, .control = -1};
	struct forwarder forwarder = FORWARDER_NONE;
	int pair[2] = {-1, -1}, r = 0;

	for (size_t i = 0; i < FORWARDS_MAX; i++)
		inside.listeners[i] = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return text_fail(reterr_text, -errno, "forward: no socket: %s", strerror(errno));
	forwarder.channel = pair[0];
	inside.channel = pair[1];
	r = open_sockets(setup, &inside, reterr_text);
	if (r == 0)
		r = fork_inside(&inside, &forwarder.pid, reterr_text);
	close_sockets(&inside);
	if (r == 0)
		r = note(setup, forwarder.pid, reterr_text);
	if (r == 0)
		r = listen_to(forwarder.channel, reterr_text);
	if (r < 0) {
		forwarder_stop(&forwarder);
		return r;
	}
	*ret_forwarder = forwarder;
	return 0;
}

int forwarder_attend(struct forwarder *forwarder, int pidfd, char **reterr_text)
{
	int r = fdpass_send(forwarder->channel, "", 1, &pidfd, 1);

	/* It may have said before that it cannot. */
	if (r == 0 || r == -EPIPE)
		r = listen_to(forwarder->channel, reterr_text);
	else
		text_fail(reterr_text, r, "forward: %s", strerror(-r));
	if (r < 0)
		forwarder_stop(forwarder);
	cleanup_close(&forwarder->channel);
	forwarder->pid = 0;
	return r;
}

void forwarder_stop(struct forwarder *forwarder)
{
	cleanup_close(&forwarder->channel);
	if (forwarder->pid > 0) {
		kill(forwarder->pid, SIGKILL);
		while (waitpid(forwarder->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	forwarder->pid = 0;
}
