/* SPDX-License-Identifier: MIT
 * A client of owvm-netd. */
#include "tests/benchmarks/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/fdpass.h"
#include "tests/benchmarks/measure.h"

const char *client_own_bridge(uid_t uid, char ret_name[IFNAME_SIZE])
{
	snprintf(ret_name, IFNAME_SIZE, "ow-%u", uid);
	return ret_name;
}

int client_connect(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		measure_fail(path);
	return fd;
}

/* Returns the fd that came with the reply, -1: none. */
static int ask(int socket, const struct wire_request *request, struct wire_reply *ret_reply)
{
	uint8_t sent[WIRE_REQUEST_SIZE] = {0}, received[WIRE_REPLY_SIZE] = {0};
	int fd = -1, length = 0;
	size_t n = 0;

	wire_encode_request(request, sent);
	if (send(socket, sent, sizeof(sent), MSG_NOSIGNAL) < 0)
		measure_fail("send a request");
	length = fdpass_receive(socket, received, sizeof(received), &fd, 1, &n);
	if (length < 0) {
		errno = -length;
		measure_fail("receive a reply");
	}
	if (wire_decode_reply(received, (size_t)length, ret_reply) < 0 ||
		ret_reply->code != CODE_OK) {
		fprintf(stderr, "bench: owvm-netd refuses: %s\n", ret_reply->text);
		exit(EXIT_FAILURE);
	}
	return n == 1 ? fd : -1;
}

int client_tap(
	int socket, const char *bridge, uid_t uid, uint8_t number, struct wire_tap_reply *ret_tap)
{
	struct wire_request request = {
		.operation = WIRE_TAP,
		.tap = {.flags = WIRE_WITH_MAC,
			.mac = {2, (uint8_t)(uid >> 24), (uint8_t)(uid >> 16), (uint8_t)(uid >> 8),
				(uint8_t)uid, number},
			.queues = 1,
			.label = "bench"},
	};
	struct wire_reply reply = {0};
	int fd = -1;

	snprintf(request.tap.bridge, sizeof(request.tap.bridge), "%s", bridge);
	fd = ask(socket, &request, &reply);
	*ret_tap = reply.tap;
	return fd;
}

void client_nets(int socket)
{
	struct wire_request request = {.operation = WIRE_NETS};
	struct wire_reply reply = {0};

	ask(socket, &request, &reply);
}

void client_ports(int socket)
{
	struct wire_request request = {.operation = WIRE_PORTS};
	struct wire_reply reply = {0};

	ask(socket, &request, &reply);
}

int client_make(const char *path, const char *bridge, uid_t uid, uint8_t number,
	struct wire_tap_reply *ret_tap)
{
	int socket = -1, fd = -1;

	measure_act_as(uid);
	socket = client_connect(path);
	measure_act_as(0);
	fd = client_tap(socket, bridge, uid, number, ret_tap);
	close(socket);
	return fd;
}
