/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest through QEMU's user network. */
#include "launcher/forward.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cleanup.h"
#include "common/number.h"
#include "launcher/text.h"

static int parse_protocol(const char *suffix, bool *ret_udp)
{
	if (*suffix != '\0' && strcmp(suffix, "/tcp") != 0 && strcmp(suffix, "/udp") != 0)
		return -EINVAL;
	*ret_udp = strcmp(suffix, "/udp") == 0;
	return 0;
}

static int parse_address(const char *text, size_t length, char ret_address[INET_ADDRSTRLEN])
{
	char address[INET_ADDRSTRLEN] = {0};
	struct in_addr binary = {0};

	if (length >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, length);
	if (inet_pton(AF_INET, address, &binary) != 1)
		return -EINVAL;
	memcpy(ret_address, address, sizeof(address));
	return 0;
}

/* Everything before the last ':', which is "HOST" or "ADDR:HOST". */
static int parse_host(const char *text, size_t length, struct forward *forward)
{
	const char *colon = memrchr(text, ':', length);
	const char *port = colon == NULL ? text : colon + 1;
	uint32_t number = 0;

	if (!number_parse(port, length - (size_t)(port - text), UINT16_MAX, &number))
		return -EINVAL;
	forward->host = (uint16_t)number;
	if (colon != NULL)
		return parse_address(text, (size_t)(colon - text), forward->address);
	memcpy(forward->address, "127.0.0.1", sizeof("127.0.0.1"));
	return 0;
}

static int parse_guest(const char *text, struct forward *forward)
{
	size_t length = strcspn(text, "/");
	uint32_t number = 0;

	if (!number_parse(text, length, UINT16_MAX, &number) || number == 0)
		return -EINVAL;
	forward->guest = (uint16_t)number;
	return parse_protocol(text + length, &forward->udp);
}

int forward_parse(const char *text, struct forward *ret_forward, char **reterr_text)
{
	const char *colon = strrchr(text, ':');
	struct forward forward = {0};

	if (colon == NULL || parse_host(text, (size_t)(colon - text), &forward) < 0 ||
		parse_guest(colon + 1, &forward) < 0)
		return text_fail(reterr_text, -EINVAL,
			"forward '%s' is not [ADDR:]HOST:GUEST[/udp] with an IPv4 address and ports up to 65535, as in '8080:80'",
			text);
	*ret_forward = forward;
	return 0;
}

void forward_format(const struct forward *forward, char ret_text[FORWARD_TEXT_SIZE])
{
	int length = snprintf(ret_text, FORWARD_TEXT_SIZE, "%s:%u:%u%s", forward->address,
		(unsigned int)forward->host, (unsigned int)forward->guest,
		forward->udp ? "/udp" : "");

	assert(length > 0 && length < FORWARD_TEXT_SIZE);
}

/* Would both want the same socket? 0.0.0.0 is every address. */
static bool same(const struct forward *a, const struct forward *b)
{
	if (a->host == 0 || a->host != b->host || a->udp != b->udp)
		return false;
	return strcmp(a->address, b->address) == 0 || strcmp(a->address, "0.0.0.0") == 0 ||
	       strcmp(b->address, "0.0.0.0") == 0;
}

static int refuse(const struct forward *forward, int error, char **reterr_text)
{
	const char *protocol = forward->udp ? "udp" : "tcp";
	unsigned int port = forward->host;

	switch (error) {
	case EADDRINUSE:
		return text_fail(reterr_text, -error,
			"forward: %s port %u of %s is in use by another program; choose another, or 0 for any free one",
			protocol, port, forward->address);
	case EACCES:
		return text_fail(reterr_text, -error,
			"forward: %s port %u is privileged: an ordinary user may take ports from 1024 on",
			protocol, port);
	case EADDRNOTAVAIL:
		return text_fail(reterr_text, -error,
			"forward: '%s' is not an address of this host", forward->address);
	default:
		return text_fail(reterr_text, -error, "forward: cannot take %s port %u of %s: %s",
			protocol, port, forward->address, strerror(error));
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

static int probe_one(struct forward *forwards, size_t i, int *ret_socket, char **reterr_text)
{
	int r = 0;

	for (size_t j = 0; j < i; j++)
		if (same(&forwards[i], &forwards[j]))
			return text_fail(reterr_text, -EINVAL,
				"forward: %s port %u is asked for twice",
				forwards[i].udp ? "udp" : "tcp", (unsigned int)forwards[i].host);
	r = try_bind(&forwards[i], ret_socket);
	return r < 0 ? refuse(&forwards[i], -r, reterr_text) : 0;
}

int forward_probe(struct forward *forwards, size_t n, char **reterr_text)
{
	int sockets[FORWARDS_MAX];
	int r = 0;
	size_t done = 0;

	assert(n <= FORWARDS_MAX);
	/* All stay bound until the last is: no automatic port comes twice. */
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = probe_one(forwards, i, &sockets[done], reterr_text);
		if (r == 0)
			done++;
	}
	for (size_t i = 0; i < done; i++)
		close(sockets[i]);
	return r;
}
