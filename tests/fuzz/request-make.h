/* SPDX-License-Identifier: MIT
 * Fuzz target "request": who asks for what, under which policy, on which host. */
#ifndef OWVM_TESTS_FUZZ_REQUEST_MAKE_H
#define OWVM_TESTS_FUZZ_REQUEST_MAKE_H

#include "common/fdpass.h"
#include "common/wire.h"
#include "netd/front/peer.h"
#include "tests/fuzz/kernel.h"

#define REQUEST_CLIENTS 12

struct policy;

/* A client, and what it got. */
struct request_client {
	const struct peer *peer;
	uint8_t data[WIRE_REQUEST_SIZE + 8];
	size_t size;
	bool leaves; /* before the reply */
	int fds[FDPASS_MAX];
	size_t n;
	int tap;     /* ifindex, if it got one */
	bool inside; /* the tap is the other end of an interface in a namespace */
};

struct request_run {
	struct kernel kernel;
	struct policy *policy;
	struct request_client clients[REQUEST_CLIENTS];
	size_t n;
	bool lied; /* the kernel has, at any time */
};

/* One of a few policies. Free with policy_free(). */
struct policy *request_policy(uint8_t byte);

/* The links that are there at the start. */
void request_links(struct kernel *kernel, uint8_t byte);

/* The next client, from the bytes of the input: one whose request is in order, or any bytes. */
void request_make(struct kernel *kernel, struct request_client *client);

/* The reply to a client and the fds that came with it: as the policy permits, and armed. */
void request_check(struct request_run *run, struct request_client *client, const uint8_t *data);

/* All guards of the port with this tap. */
void request_check_guards(struct request_run *run, int tap);

#endif
