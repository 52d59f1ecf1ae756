/* SPDX-License-Identifier: MIT
 * What can be refused by looking alone: the bridge, and the guest's address on it. */
#ifndef OWVM_NETD_FRONT_CHECK_H
#define OWVM_NETD_FRONT_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct netlink;
struct policy_rule;
struct wire_reply;
struct wire_tap_request;

/* May a port be made on the bridge that the request names, as far as the kernel tells? False with a
 * refusal. It makes refusals cheap and good to read; the back enforces the same. */
bool check_bridge(struct netlink *route, const struct wire_tap_request *request,
	const struct policy_rule *rule, uint32_t *ret_mtu, struct wire_reply *reply);

/* Has the user a free slot below rule->taps? False with a refusal. `socket` is any. It spares the
 * back the search, which waits in the kernel for every slot while links are removed. */
bool check_quota(
	int socket, uint32_t uid, const struct policy_rule *rule, struct wire_reply *reply);

/* May a bridge be made with that name? Not one of the form that ports and what belongs to them
 * have. */
bool check_may_make(const char *name);

#endif
