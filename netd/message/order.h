/* SPDX-License-Identifier: MIT
 * Orders: what the front, which has no capability, asks of the back, which has one.
 *
 * Both are one program, so an order is a plain struct. The back believes the front that the policy
 * permits what is ordered, and nothing else: an order that no honest front would send ends netd.
 *
 * This room is what the parts of netd say: orders, refusals to clients (reply.h), lines of the log
 * (log.h). Who makes ports speaks of orders and refuses as the front does, so all three lie below
 * both; they include common/ alone. */
#ifndef OWVM_NETD_MESSAGE_ORDER_H
#define OWVM_NETD_MESSAGE_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/cidr.h"
#include "common/ifname.h"
#include "common/mac.h"
#include "common/wire.h"

#define ORDER_RULE_SIZE 216 /* "file:line" of the deciding rule, with the NUL */

#define ORDER_ALIAS_SIZE 256 /* IFALIASZ of the kernel */

enum order_kind {
	ORDER_PORT = 1, /* make a port; the client's socket comes along for the reply */
	/* A port left the bridge `ifindex` (0: the one called `bridge`, if there is one), or the
	 * link `ifindex` is gone, or has lost what belongs to it. */
	ORDER_SETTLE = 2,
	ORDER_SWEEP = 3,  /* remove the chains of links that are gone: news may have been missed */
	ORDER_DETACH = 4, /* the port `ifindex` drifted: off the bridge at once, then delete it */
	ORDER_GUARD = 5,  /* make the guards of the port, or bridge, `ifindex` again */
	ORDER_CLEAR = 6,  /* remove the tap called `bridge`, with `queues`, if nobody holds it */
	ORDER_STRAY = 7, /* delete the port `ifindex`, which is on no bridge, if that is still so */
};

struct order {
	enum order_kind kind;
	int ifindex; /* of a port: of its tap */
	char bridge[IFNAME_SIZE];
	/* ORDER_PORT; from `dhcp_server` to `ip` also ORDER_GUARD */
	uint32_t uid;
	unsigned int taps;   /* slots below this number may be used */
	unsigned int queues; /* ... WIRE_QUEUES_MAX; 0: a client, which has no tap */
	uint32_t mtu;	     /* bytes; 0: the bridge's own */
	bool cable;	     /* the tap is tied to the bridge, not on it (netd/kernel/pair.h) */
	/* Of a client: its interface in the network namespace of its socket
	 * (netd/kernel/client.h). It has an mtu. */
	char peer[IFNAME_SIZE];
	bool vhost;  /* a vhost fd for each queue, if there is the device */
	bool create; /* the bridge, with this address: */
	uint8_t bridge_mac[MAC_SIZE];
	bool isolated;
	bool quiet;	  /* its user has caused enough lines of the log */
	bool dhcp_server; /* the guest may answer DHCP clients */
	bool learns;	  /* no guest address is declared, mac is zero */
	uint32_t rate;	  /* Mbit/s in each direction; 0: no limit */
	uint8_t mac[MAC_SIZE];
	uint8_t host_mac[MAC_SIZE]; /* of the tap, and of the bridge's port */
	struct cidr ip;		    /* what the guest may use; {0}: anything */
	struct cidr
		address; /* the host's own on a bridge that is made; {0}: the host is not on it */
	char alias[ORDER_ALIAS_SIZE]; /* the port's */
	char rule[ORDER_RULE_SIZE];
};

/* Send an order, with the client's socket (-1: none), which stays the caller's. Returns 0 or
 * -errno. */
int order_send(int socket, const struct order *order, int client);

/* Receive an order; *ret_client belongs to the caller, -1 but for ORDER_PORT. Returns 1, 0 when the
 * front has ended, or -errno: -EPROTO for what no front sends. */
int order_receive(int socket, struct order *ret_order, int *ret_client);

#endif
