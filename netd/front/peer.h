/* SPDX-License-Identifier: MIT
 * Who asks. Identity comes from the kernel, never from the message. */
#ifndef OWVM_NETD_FRONT_PEER_H
#define OWVM_NETD_FRONT_PEER_H

#include <stdint.h>
#include <sys/types.h>

#define PEER_GIDS_MAX 65537 /* NGROUPS_MAX and the primary group */

/* Start with {0}; free with peer_free(). */
struct peer {
	uint32_t uid;
	uint32_t *gids;
	size_t n_gids;
};

/* The uid alone of the process that connected the socket. Returns 0 or -errno. */
int peer_uid_of_socket(int socket, uint32_t *ret_uid);

/* The identity of the process that connected the socket: SO_PEERCRED, and SO_PEERGROUPS, which
 * leaves out the primary group (unix(7)). Returns 0 or -errno. */
int peer_of_socket(int socket, struct peer *ret_peer);

/* The identity of whoever runs this process: the real ids. Returns 0 or -errno. */
int peer_of_process(struct peer *ret_peer);

void peer_free(struct peer *peer);

#endif
