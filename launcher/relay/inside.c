/* SPDX-License-Identifier: MIT
 * The process that forwards ports of this host to a guest's LAN: what it does itself. */
#include "launcher/relay/inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/inherited-fds.h"
#include "launcher/base/signals.h"
#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "launcher/netns/link.h"
#include "launcher/netns/netns.h"
#include "launcher/relay/address.h"
#include "launcher/relay/confine.h"
#include "launcher/relay/relay.h"

#define COMMAND "owrun-forward" /* what ps calls it */
#define INTERFACE "forward"	/* as map and ports show it */

/* Where inherited_fds_keep() puts them. */
enum { CHANNEL = INHERITED_FDS_FIRST, CONTROL, LISTENERS };

static void say(int r, const char *sentence)
{
	struct inside_word word = {.error = -r};
	size_t length = sentence == NULL ? 0 : strnlen(sentence, sizeof(word.sentence) - 1);

	if (length > 0)
		memcpy(word.sentence, sentence, length);
	(void)!fdpass_send(CHANNEL, &word, sizeof(word), NULL, 0);
}

__attribute__((noreturn)) static void fail(int r, const char *sentence)
{
	say(r, sentence);
	_exit(EXIT_FAILURE);
}

/* Nothing of owrun's is left but these. */
static int keep_fds(const struct inside *inside)
{
	OWNED_FD null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int kept[2 + FORWARDS_MAX] = {inside->channel, inside->control};
	size_t n = 2;

	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
		dup2(null, STDERR_FILENO) < 0)
		return -errno;
	for (size_t i = 0; i < inside->setup->n; i++)
		kept[n++] = inside->listeners[i];
	return inherited_fds_keep(kept, n);
}

static int detach(const struct inside *inside)
{
	int r = 0;

	if (setsid() < 0 || prctl(PR_SET_NAME, COMMAND, 0, 0, 0) < 0)
		return -errno;
	r = keep_fds(inside);
	/* Who connects sees this process. */
	return r < 0 ? r : socket_listen(CONTROL);
}

static int plug(const struct forwarder_setup *setup, char **reterr_text)
{
	OWNED_MEMORY char *use = text_format("forward-%s", setup->name);
	struct netns netns = {.bridge = setup->bridge, .interface = INTERFACE, .use = use};
	struct wire_tap_reply port = {0};

	return netns_enter(&netns, &port, reterr_text);
}

static int take_address(const struct forwarder_setup *setup, char **reterr_text)
{
	const struct cidr none = {0};
	struct cidr address = {0};
	struct in_addr guest = {0};
	int r = inet_pton(AF_INET, setup->guest_address, &guest) == 1 ? 0 : -EINVAL;

	if (r == 0)
		r = address_choose(INTERFACE, guest, &address, reterr_text);
	return r < 0 ? r : link_set_address(INTERFACE, &none, &address, reterr_text);
}

/* Wait for the VM. Returns a pidfd; without one owrun has given up. */
static int await_vm(void)
{
	char byte = 0;
	size_t n = 0;
	int pidfd = -1;

	if (fdpass_receive(CHANNEL, &byte, sizeof(byte), &pidfd, 1, &n) <= 0 || n != 1)
		_exit(EXIT_FAILURE);
	return pidfd;
}

static struct relay *make_relay(const struct forwarder_setup *setup)
{
	struct relay *relay = relay_new(setup->guest_address);
	int r = relay == NULL ? -errno : relay_serve(relay, CONTROL);

	for (size_t i = 0; r == 0 && i < setup->n; i++)
		r = relay_add(relay, &setup->forwards[i], LISTENERS + (int)i);
	if (r < 0)
		fail(r, strerror(-r));
	return relay;
}

__attribute__((noreturn)) void inside_run(const struct inside *inside)
{
	const struct forwarder_setup *setup = inside->setup;
	OWNED_MEMORY char *error = NULL;
	struct relay *relay = NULL;
	int pidfd = -1, r = detach(inside);

	if (r < 0)
		_exit(EXIT_FAILURE);
	signals_reset();
	r = plug(setup, &error);
	if (r < 0) {
		text_append(&error, "; 'wan:HOST:GUEST' enters by the WAN instead");
		fail(r, error);
	}
	say(0, NULL);
	r = take_address(setup, &error);
	if (r < 0)
		fail(r, error);
	relay = make_relay(setup);
	pidfd = await_vm();
	r = confine_forwarder();
	if (r < 0)
		fail(r, strerror(-r));
	say(0, NULL);
	close(CHANNEL);
	(void)!relay_run(relay, pidfd);
	/* Who is connected sees that it was no good end. */
	relay_free(relay);
	_exit(EXIT_SUCCESS);
}
