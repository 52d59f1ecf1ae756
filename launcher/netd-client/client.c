/* SPDX-License-Identifier: MIT
 * The one way to owvm-netd: its socket, or its helper where no service listens. */
#include "launcher/netd-client/client.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "common/cleanup.h"
#include "common/fdpass.h"
#include "launcher/base/socket.h"
#include "launcher/base/text.h"
#include "launcher/netd-client/group.h"
#include "launcher/netd-client/helper.h"

#define TIMEOUT 10000 /* ms */

void netd_client_init(struct netd_client *ret_client)
{
	*ret_client = (struct netd_client){
		.socket = OWVM_SOCKET, .helper = OWVM_HELPER, .timeout_ms = TIMEOUT};
}

/* Can no service be behind the socket? One that refuses is left over: a listener that is slow, or
 * whose netd is being started again, has connections wait. Any other error will say why. */
static bool is_nobody(int error)
{
	return error == -ENOENT || error == -ENOTDIR || error == -ECONNREFUSED;
}

static bool has_helper(const struct netd_client *client)
{
	struct stat st = {0};

	return client->helper != NULL && (stat(client->helper, &st) == 0 || errno == EACCES);
}

enum netd_kind netd_client_find(const struct netd_client *client)
{
	OWNED_FD socket = socket_connect(client->socket, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

	if (!is_nobody(socket))
		return NETD_SERVICE;
	return has_helper(client) ? NETD_HELPER : NETD_NONE;
}

static const char *login_name(void)
{
	const struct passwd *user = getpwuid(getuid());

	return user == NULL ? "USER" : user->pw_name;
}

static int say_no_access(const char *path, char **reterr_text)
{
	switch (group_standing(NETD_GROUP)) {
	case GROUP_MISSING:
		return text_fail(reterr_text, -EACCES,
			"'%s' may not be used, and this host has no group '%s': owvm is not installed properly",
			path, NETD_GROUP);
	case GROUP_LATER:
		return text_fail(reterr_text, -EACCES,
			"you are in group '%s' now, but this login is older than that: log in again",
			NETD_GROUP);
	case GROUP_OUTSIDE:
		return text_fail(reterr_text, -EACCES,
			"you are not in group '%s': ask the administrator for 'adduser %s %s', then log in again",
			NETD_GROUP, login_name(), NETD_GROUP);
	case GROUP_MEMBER:
		break;
	}
	return text_fail(reterr_text, -EACCES,
		"'%s' may not be used although you are in group '%s': the administrator should check its group and mode",
		path, NETD_GROUP);
}

static int say_failure(const struct netd_client *client, int error, char **reterr_text)
{
	switch (error) {
	case -EACCES:
		return say_no_access(
			netd_client_find(client) == NETD_SERVICE ? client->socket : client->helper,
			reterr_text);
	case -ENOENT:
	case -ENOTDIR:
		return text_fail(reterr_text, -ENOENT,
			"owvm-netd is not there: '%s' does not exist; the administrator can install and start it",
			client->socket);
	case -ECONNREFUSED:
		return text_fail(reterr_text, error,
			"nobody listens on '%s': the administrator has to start owvm-netd again",
			client->socket);
	case -EAGAIN:
		return text_fail(reterr_text, -ETIMEDOUT, "owvm-netd did not answer within %d s",
			client->timeout_ms / 1000);
	case -EPIPE:
	case -ECONNRESET:
		return text_fail(reterr_text, -EPIPE,
			"owvm-netd ended the connection without an answer; its messages tell why");
	case -EPROTO:
	case -EMSGSIZE:
		return text_fail(reterr_text, -EPROTO,
			"the answer is not one of owvm-netd's protocol version %d: this program and owvm-netd are not of one version",
			WIRE_VERSION);
	default:
		return text_fail(
			reterr_text, error, "cannot reach owvm-netd: %s", strerror(-error));
	}
}

/* From here on everything is netd's word. */
static int check_reply(
	const struct wire_request *request, const struct wire_reply *reply, size_t n_fds)
{
	unsigned int taps = 0, vhosts = 0;

	if (reply->operation != request->operation &&
		!((unsigned int)reply->operation == 0 && reply->code != CODE_OK))
		return -EPROTO;
	if (reply->code == CODE_OK && request->operation == WIRE_TAP) {
		taps = request->tap.queues;
		/* Where the host has no vhost-net, none come. */
		if ((request->tap.flags & WIRE_WITH_VHOST) != 0 && reply->vhosts != 0)
			vhosts = taps;
		if (strcmp(reply->tap.bridge, request->tap.bridge) != 0)
			return -EPROTO;
	}
	if (reply->code == CODE_OK && request->operation == WIRE_CLIENT &&
		(strcmp(reply->client.bridge, request->client.bridge) != 0 ||
			strcmp(reply->client.peer, request->client.interface) != 0))
		return -EPROTO;
	if (reply->taps != taps || reply->vhosts != vhosts || n_fds != taps + vhosts)
		return -EPROTO;
	return 0;
}

void netd_fds_close(struct netd_fds *fds)
{
	for (size_t i = 0; i < fds->taps + fds->vhosts; i++)
		cleanup_close(&fds->fds[i]);
	*fds = (struct netd_fds){0};
}

static int receive(int socket, const struct wire_request *request, struct wire_reply *ret_reply,
	struct netd_fds *ret_fds)
{
	uint8_t data[WIRE_REPLY_SIZE] = {0};
	struct wire_reply reply = {0};
	OWNED_NETD_FDS fds = {0};
	int r = fdpass_receive(socket, data, sizeof(data), fds.fds, 2 * WIRE_QUEUES_MAX, &fds.taps);

	/* Who is refused for what he is is not listened to: the kernel tells that first, then what
	 * was said (unix_release_sock() and sock_error()). */
	if (r == -ECONNRESET)
		r = fdpass_receive(
			socket, data, sizeof(data), fds.fds, 2 * WIRE_QUEUES_MAX, &fds.taps);
	if (r < 0)
		return r;
	if (r == 0)
		return -EPIPE;
	r = wire_decode_reply(data, (size_t)r, &reply);
	if (r == 0)
		r = check_reply(request, &reply, fds.taps);
	if (r < 0)
		return r;
	*ret_reply = reply;
	fds.taps = reply.taps;
	fds.vhosts = reply.vhosts;
	*ret_fds = fds;
	fds = (struct netd_fds){0};
	return 0;
}

static int exchange(int socket, const struct wire_request *request, struct wire_reply *ret_reply,
	struct netd_fds *ret_fds)
{
	uint8_t data[WIRE_REQUEST_SIZE] = {0};
	int r = 0;

	wire_encode_request(request, data);
	r = fdpass_send(socket, data, sizeof(data), NULL, 0);
	/* A netd that closed early may have said why before. */
	if (r < 0 && r != -EPIPE)
		return r;
	return receive(socket, request, ret_reply, ret_fds);
}

static int ask_service(const struct netd_client *client, const struct wire_request *request,
	struct wire_reply *ret_reply, struct netd_fds *ret_fds)
{
	OWNED_FD socket = socket_connect(client->socket, SOCK_SEQPACKET, client->timeout_ms);

	if (socket < 0)
		return socket;
	return exchange(socket, request, ret_reply, ret_fds);
}

static int ask_helper(const struct netd_client *client, const struct wire_request *request,
	bool quiet, struct wire_reply *ret_reply, struct netd_fds *ret_fds)
{
	struct helper helper = {.socket = -1};
	int r = client->staying.pid > 0 ? helper_start_by(&client->staying, &helper)
					: helper_start(client->helper, quiet, &helper);

	if (r < 0)
		return r;
	r = socket_set_timeout(helper.socket, client->timeout_ms);
	if (r == 0)
		r = exchange(helper.socket, request, ret_reply, ret_fds);
	helper_end(&helper, r == -EAGAIN);
	return r;
}

int netd_client_stay(struct netd_client *client, char **reterr_text)
{
	int r = 0;

	if (netd_client_find(client) == NETD_HELPER)
		r = helper_stay(client->helper, &client->staying);
	return r < 0 ? say_failure(client, r, reterr_text) : 0;
}

void netd_client_leave(struct netd_client *client)
{
	/* A helper that it started goes on by itself, or hangs. */
	if (client->staying.pid > 0)
		helper_end(&client->staying, true);
	client->staying = (struct helper){.socket = -1};
}

int netd_client_ask(const struct netd_client *client, const struct wire_request *request,
	struct wire_reply *ret_reply, struct netd_fds *ret_fds, char **reterr_text)
{
	int r = ask_service(client, request, ret_reply, ret_fds);

	if (is_nobody(r) && has_helper(client))
		r = ask_helper(client, request, false, ret_reply, ret_fds);
	return r < 0 ? say_failure(client, r, reterr_text) : 0;
}

const char *netd_client_reason(const struct wire_reply *reply)
{
	return reply->text[0] != '\0' ? reply->text : code_text(reply->code);
}

void netd_client_sweep(const struct netd_client *client)
{
	struct wire_request request = {.operation = WIRE_PORTS};
	struct wire_reply reply = {0};
	OWNED_NETD_FDS fds = {0};

	if (has_helper(client) && netd_client_find(client) == NETD_HELPER)
		(void)ask_helper(client, &request, true, &reply, &fds);
}
