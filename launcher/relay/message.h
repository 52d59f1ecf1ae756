/* SPDX-License-Identifier: MIT
 * What is asked of a forwarder by its socket: one request and one reply a connection. */
#ifndef OWVM_LAUNCHER_RELAY_MESSAGE_H
#define OWVM_LAUNCHER_RELAY_MESSAGE_H

#include <stdint.h>

#include "launcher/vm/forward.h"

enum relay_operation {
	RELAY_LIST = 1,
	RELAY_ADD,     /* with the bound socket of the forward as a fd */
	RELAY_REMOVE,  /* the forward of that host side */
	RELAY_CONNECT, /* to the guest's side of the forward, which is of TCP; a fd comes back */
};

struct relay_request {
	uint32_t operation;
	char forward[FORWARD_TEXT_SIZE]; /* see forward_format(); RELAY_LIST: empty */
};

struct relay_entry {
	char forward[FORWARD_TEXT_SIZE];
	uint32_t connections; /* that are there now */
};

struct relay_reply {
	int32_t error; /* 0 or an errno */
	uint32_t n;    /* of RELAY_LIST */
	struct relay_entry entries[FORWARDS_MAX];
};

#endif
