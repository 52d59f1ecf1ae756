/* SPDX-License-Identifier: MIT
 * Who asks. Identity comes from the kernel, never from the message. */
#include "netd/front/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/cleanup.h"

/* gid_t and the policy's ids are the same 32 bits, so lists need no conversion. */
_Static_assert(sizeof(gid_t) == sizeof(uint32_t), "gids are 32 bits");

static int groups_of_socket(int socket, struct peer *peer)
{
	OWNED_MEMORY uint32_t *gids = NULL;
	socklen_t size = 0;

	/* With no room the kernel says how much is needed. */
	if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) < 0 && errno != ERANGE)
		return -errno;
	if (size / sizeof(*gids) >= PEER_GIDS_MAX)
		return -EPROTO;
	gids = calloc(size / sizeof(*gids) + 1, sizeof(*gids));
	if (gids == NULL)
		return -ENOMEM;
	if (size > 0 && getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, gids, &size) < 0)
		return -errno;
	peer->gids = gids;
	gids = NULL;
	peer->n_gids = size / sizeof(*gids);
	return 0;
}

static int credentials_of_socket(int socket, struct ucred *ret_credentials)
{
	socklen_t size = sizeof(*ret_credentials);

	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, ret_credentials, &size) < 0 ? -errno : 0;
}

int peer_uid_of_socket(int socket, uint32_t *ret_uid)
{
	struct ucred credentials = {0};
	int error = credentials_of_socket(socket, &credentials);

	if (error == 0)
		*ret_uid = credentials.uid;
	return error;
}

int peer_of_socket(int socket, struct peer *ret_peer)
{
	struct peer peer = {0};
	struct ucred credentials = {0};
	int error = credentials_of_socket(socket, &credentials);

	if (error == 0)
		error = groups_of_socket(socket, &peer);
	if (error < 0)
		return error;
	peer.uid = credentials.uid;
	peer.gids[peer.n_gids++] = credentials.gid;
	*ret_peer = peer;
	return 0;
}

int peer_of_process(struct peer *ret_peer)
{
	struct peer peer = {.uid = getuid()};
	int n = getgroups(0, NULL);

	if (n < 0)
		return -errno;
	peer.gids = calloc((size_t)n + 1, sizeof(*peer.gids));
	if (peer.gids == NULL)
		return -ENOMEM;
	n = getgroups(n, peer.gids);
	if (n < 0) {
		int error = -errno;

		peer_free(&peer);
		return error;
	}
	peer.n_gids = (size_t)n;
	peer.gids[peer.n_gids++] = getgid();
	*ret_peer = peer;
	return 0;
}

void peer_free(struct peer *peer)
{
	free(peer->gids);
	peer->gids = NULL;
	peer->n_gids = 0;
}
