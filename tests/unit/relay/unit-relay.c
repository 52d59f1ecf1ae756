/* SPDX-License-Identifier: MIT
 * A relay in a process of its own, whose guest is this host. */
#include "tests/unit/relay/unit-relay.h"

#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/fdpass.h"
#include "launcher/relay/relay.h"
#include "tests/unit/unit.h"

int unit_relay_bound(int type, uint16_t *ret_port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

/* A socket in no directory, which the kernel names. */
static int bound_control(struct world *world)
{
	struct sockaddr_un_any {
		sa_family_t family;
	} any = {AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	world->control_size = sizeof(world->control_name);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)(void *)&any, sizeof(any)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(
		getsockname(fd, (struct sockaddr *)&world->control_name, &world->control_size), 0);
	return fd;
}

__attribute__((noreturn)) static void run(
	const struct forward *forward, int listener, int control, int end, rlim_t files)
{
	struct relay *relay = NULL;

	if (files > 0)
		setrlimit(RLIMIT_NOFILE, &(struct rlimit){files, files});
	relay = relay_new("127.0.0.1");
	if (relay == NULL || relay_serve(relay, control) < 0 ||
		relay_add(relay, forward, listener) < 0)
		_exit(1);
	if (relay_run(relay, end) < 0)
		_exit(2);
	relay_free(relay);
	_exit(0);
}

int unit_relay_ask(const struct world *world, uint32_t operation, const char *forward, int fd,
	struct relay_reply *ret_reply, int *ret_fd)
{
	struct relay_request request = {.operation = operation};
	struct relay_reply reply = {0};
	int control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), came = -1;
	size_t n = 0;

	memcpy(request.forward, forward, strlen(forward) + 1);
	assert_int_equal(connect(control, (const struct sockaddr *)&world->control_name,
				 world->control_size),
		0);
	assert_int_equal(fdpass_send(control, &request, sizeof(request), &fd, fd >= 0), 0);
	assert_int_equal(
		fdpass_receive(control, &reply, sizeof(reply), &came, 1, &n), sizeof(reply));
	close(control);
	if (ret_reply != NULL)
		*ret_reply = reply;
	if (ret_fd != NULL)
		*ret_fd = came;
	else
		assert_int_equal(came, -1);
	return reply.error;
}

struct world unit_relay_begin(bool udp, rlim_t files)
{
	struct forward forward = {.address = "127.0.0.1", .udp = udp};
	struct world world = {0};
	int type = udp ? SOCK_DGRAM : SOCK_STREAM, pipes[2] = {-1, -1};
	int listener = unit_relay_bound(type, &world.port), control = bound_control(&world);

	world.guest = unit_relay_bound(type, &forward.guest);
	forward.host = world.port;
	if (!udp)
		assert_int_equal(listen(world.guest, 8), 0);
	assert_int_equal(pipe(pipes), 0);
	world.pid = fork();
	assert_true(world.pid >= 0);
	if (world.pid == 0) {
		close(pipes[1]);
		close(world.guest);
		run(&forward, listener, control, pipes[0], files);
	}
	close(pipes[0]);
	close(listener);
	close(control);
	world.end = pipes[1];
	/* Who replies listens. */
	assert_int_equal(unit_relay_ask(&world, RELAY_LIST, "", -1, NULL, NULL), 0);
	return world;
}

void unit_relay_finish(struct world *world)
{
	int status = 0;

	close(world->end);
	if (world->guest >= 0)
		close(world->guest);
	assert_int_equal(waitpid(world->pid, &status, 0), world->pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int unit_relay_join(const struct world *world, int type)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(world->port)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

bool unit_relay_readable(int fd, int timeout)
{
	return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, timeout) > 0;
}

int unit_relay_take(const struct world *world)
{
	assert_true(unit_relay_readable(world->guest, LONG_TIME));
	return accept(world->guest, NULL, NULL);
}

void unit_relay_expect(int fd, const char *text)
{
	char got[64] = "";
	size_t length = strlen(text);

	assert_true(unit_relay_readable(fd, LONG_TIME));
	assert_int_equal(recv(fd, got, length, MSG_WAITALL), length);
	assert_string_equal(got, text);
}
