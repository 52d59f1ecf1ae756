/* SPDX-License-Identifier: MIT
 * One request: read, decide, then refuse, list or order. The same for the service and one-shot. */
#ifndef OWVM_NETD_FRONT_SERVE_H
#define OWVM_NETD_FRONT_SERVE_H

#include <stdbool.h>

#include "common/code.h"

struct front;
struct peer;

/* Serve the request that lies in the client's socket; exactly one reply is sent, by the back where
 * a port was ordered. The socket stays the caller's, who closes it. Returns false while a socket
 * that is non-blocking holds no message; then nothing has happened. */
bool serve_one(const struct front *front, int client, const struct peer *peer);

/* Refuse whatever is asked. */
void serve_refusal(int client, enum code code, const char *text);

#endif
