/* SPDX-License-Identifier: MIT
 * One request: read, decide, then refuse, list or order. The same for the service and one-shot. */
#ifndef OWVM_NETD_FRONT_SERVE_H
#define OWVM_NETD_FRONT_SERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/code.h"
#include "common/wire.h"

struct front;
struct peer;

/* One byte more than a request has shows that it is too long. */
#define SERVE_SIZE (WIRE_REQUEST_SIZE + 1)

/* Read the request that lies in the client's socket. Returns its length, 0 also where there is
 * none. */
size_t serve_receive(int client, uint8_t data[SERVE_SIZE]);

/* Serve a request; exactly one reply is sent, by the back where a port was ordered. The socket
 * stays the caller's, who closes it. */
void serve_message(const struct front *front, int client, const struct peer *peer,
	const uint8_t *data, size_t length);

/* Refuse whatever is asked. read: first take the request out of the socket; one that is closed with
 * a message unread takes the reply from its peer. */
void serve_refusal(const struct front *front, int client, uint32_t uid, enum code code,
	const char *text, bool read);

/* May a line about a refusal of this user be written, or has he caused enough? */
bool serve_may_log(const struct front *front, uint32_t uid, enum code code);

#endif
