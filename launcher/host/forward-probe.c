/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest: whether it is free.
 *
 * QEMU has one vague message for everything that can be wrong with a port. */
#include "launcher/host/forward-probe.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/base/text.h"
#include "launcher/host/listener.h"

#define UNPRIVILEGED "/proc/sys/net/ipv4/ip_unprivileged_port_start"
#define UNPRIVILEGED_DEFAULT 1024

/* Would both want the same socket? */
static bool same(const struct forward *a, const struct forward *b)
{
	if (a->host == 0 || a->host != b->host || a->udp != b->udp)
		return false;
	return forward_same_address(a->address, b->address);
}

static const char *protocol(const struct forward *forward)
{
	return forward->udp ? "udp" : "tcp";
}

/* "by ...": who has the port; the caller frees it. */
static char *holder(const struct forward *forward)
{
	struct listener_port port = {.port = forward->host, .udp = forward->udp};
	struct listener listener = {0};
	const struct passwd *user = NULL;

	if (inet_pton(AF_INET, forward->address, &port.address) != 1 ||
		listener_find("/proc", &port, &listener) < 0)
		return text_format("another program");
	if (listener.vm[0] != '\0')
		return text_format("your VM '%s' (pid %d)", listener.vm, (int)listener.pid);
	if (listener.pid != 0)
		return text_format(
			"your process '%s' (pid %d)", listener.command, (int)listener.pid);
	user = getpwuid(listener.uid);
	if (user == NULL)
		return text_format("a process of user %u", (unsigned int)listener.uid);
	return text_format("a process of user '%s'", user->pw_name);
}

/* The first port that an ordinary user may take. */
static unsigned int unprivileged_start(void)
{
	OWNED_FD fd = open(UNPRIVILEGED, O_RDONLY | O_CLOEXEC);
	char text[16] = "";
	uint32_t start = 0;

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0 ||
		!number_parse(text, strcspn(text, "\n"), UINT16_MAX + 1, &start))
		return UNPRIVILEGED_DEFAULT;
	return start;
}

static int refuse(const struct forward *forward, int error, char **reterr_text)
{
	OWNED_MEMORY char *who = NULL;
	unsigned int port = forward->host;

	switch (error) {
	case EADDRINUSE:
		if (port == 0)
			return text_fail(reterr_text, -error, "forward: no %s port of %s is free",
				protocol(forward), forward->address);
		who = holder(forward);
		return text_fail(reterr_text, -error,
			"forward: %s port %u of %s is in use by %s; choose another, or 0 for any free one",
			protocol(forward), port, forward->address, who);
	case EACCES:
		return text_fail(reterr_text, -error,
			"forward: %s port %u is privileged: an ordinary user may take ports from %u on",
			protocol(forward), port, unprivileged_start());
	case EADDRNOTAVAIL:
		return text_fail(reterr_text, -error,
			"forward: '%s' is not an address of this host; 0.0.0.0 stands for all of them",
			forward->address);
	default:
		return text_fail(reterr_text, -error, "forward: cannot take %s port %u of %s: %s",
			protocol(forward), port, forward->address, strerror(error));
	}
}

/* Bind as QEMU will: a port is free when old connections linger, and not when it is listened on. */
static int try_bind(struct forward *forward, int *ret_socket)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(forward->host)};
	socklen_t size = sizeof(address);
	int reuse = !forward->udp && forward->host != 0;
	OWNED_FD fd = socket(AF_INET, (forward->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	if (inet_pton(AF_INET, forward->address, &address.sin_addr) != 1)
		return -EINVAL;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse)) < 0 ||
		bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
		getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		return -errno;
	forward->host = ntohs(address.sin_port);
	*ret_socket = cleanup_steal_fd(&fd);
	return 0;
}

int forward_bind(struct forward *forward, int *ret_socket, char **reterr_text)
{
	int r = try_bind(forward, ret_socket);

	return r < 0 ? refuse(forward, -r, reterr_text) : 0;
}

static int refuse_doubled(const struct forward *a, const struct forward *b, char **reterr_text)
{
	char texts[2][FORWARD_TEXT_SIZE] = {"", ""};

	forward_format(a, texts[0]);
	forward_format(b, texts[1]);
	return text_fail(reterr_text, -EINVAL,
		"forward: %s port %u is asked for twice, by '%s' and '%s'; give one of them another, or 0 for any free one",
		protocol(a), (unsigned int)a->host, texts[0], texts[1]);
}

static int check_doubled(const struct forward *forwards, size_t n, char **reterr_text)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (same(&forwards[i], &forwards[j]))
				return refuse_doubled(&forwards[j], &forwards[i], reterr_text);
	return 0;
}

/* Bind those whose port was given or, after them, those that take any. */
static int probe_some(
	struct forward *forwards, size_t n, bool automatic, int *sockets, char **reterr_text)
{
	for (size_t i = 0; i < n; i++) {
		int r = 0;

		if (sockets[i] >= 0 || (forwards[i].host == 0) != automatic)
			continue;
		r = forward_bind(&forwards[i], &sockets[i], reterr_text);
		if (r < 0)
			return r;
	}
	return 0;
}

int forward_probe(struct forward *forwards, size_t n, char **reterr_text)
{
	int sockets[FORWARDS_MAX];
	int r = check_doubled(forwards, n, reterr_text);

	assert(n <= FORWARDS_MAX);
	for (size_t i = 0; i < n; i++)
		sockets[i] = -1;
	/* All stay bound until the last is: no automatic port is another's too. */
	if (r == 0)
		r = probe_some(forwards, n, false, sockets, reterr_text);
	if (r == 0)
		r = probe_some(forwards, n, true, sockets, reterr_text);
	for (size_t i = 0; i < n; i++)
		cleanup_close(&sockets[i]);
	return r;
}
