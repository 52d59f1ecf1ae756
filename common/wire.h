/* SPDX-License-Identifier: MIT
 * The wire format between a client and owvm-netd: bytes <-> struct, nothing else.
 * PROTOCOL.md describes the same bytes for a second implementation; the two change together. */
#ifndef OWVM_COMMON_WIRE_H
#define OWVM_COMMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/code.h"
#include "common/ifname.h"
#include "common/mac.h"

#define WIRE_MAGIC "owvm" /* 4 bytes, no NUL */
#define WIRE_MAGIC_SIZE 4
#define WIRE_VERSION 1
#define WIRE_REQUEST_SIZE 80
#define WIRE_REPLY_SIZE 512
#define WIRE_HEADER_SIZE 16 /* of both */
#define WIRE_TEXT_SIZE 384  /* with the NUL */
#define WIRE_TEXT_AT (WIRE_REPLY_SIZE - WIRE_TEXT_SIZE)
#define WIRE_LABEL_SIZE 40 /* with the NUL */
#define WIRE_QUEUES_MAX 16

enum wire_operation {
	WIRE_TAP = 1,	 /* a tap on a bridge */
	WIRE_CLIENT = 2, /* a veth into the caller's own network namespace */
	WIRE_NETS = 3,	 /* the next rule that applies to the caller */
	WIRE_PORTS = 4,	 /* the caller's next port; root: everybody's */
};

/* Flags of a TAP or CLIENT request. */
#define WIRE_WITH_MAC 1u   /* mac is declared */
#define WIRE_WITH_VHOST 2u /* TAP only: vhost fds are wanted too */

/* Flags of a NETS reply. */
#define WIRE_NET_PERMIT 1u
#define WIRE_NET_CREATE 2u
#define WIRE_NET_MAC_ANY 4u
#define WIRE_NET_ISOLATED 8u
#define WIRE_NET_VHOST 16u
#define WIRE_NET_NETNS 32u
#define WIRE_NET_DHCP_SERVER 64u

/* Flags of a PORTS reply. */
#define WIRE_PORT_UP 1u
#define WIRE_PORT_CLIENT 2u /* an interface in a namespace of its owner; queues is 1 */

struct wire_tap_request {
	uint32_t flags;
	char bridge[IFNAME_SIZE];
	uint8_t mac[MAC_SIZE];	     /* what the guest will use; zero without WIRE_WITH_MAC */
	uint16_t queues;	     /* 1 ... WIRE_QUEUES_MAX */
	char label[WIRE_LABEL_SIZE]; /* the caller's own name for the VM; may be empty */
};

struct wire_client_request {
	uint32_t flags;
	char bridge[IFNAME_SIZE];
	uint8_t mac[MAC_SIZE];
	char interface[IFNAME_SIZE]; /* the wanted name inside the caller's namespace */
};

struct wire_nets_request {
	uint32_t cursor; /* 0, then what the reply before said */
};

struct wire_ports_request {
	uint32_t cursor;
};

struct wire_request {
	enum wire_operation operation;
	union {
		struct wire_tap_request tap;
		struct wire_client_request client;
		struct wire_nets_request nets;
		struct wire_ports_request ports;
	};
};

/* Of TAP and of CLIENT. */
struct wire_tap_reply {
	char interface[IFNAME_SIZE];
	char bridge[IFNAME_SIZE];
	uint8_t mac[MAC_SIZE]; /* the port is locked to it; zero: the port learns */
	uint8_t host_mac[MAC_SIZE];
	uint32_t mtu;		/* bytes */
	uint32_t uid;		/* who netd took the caller for */
	char peer[IFNAME_SIZE]; /* CLIENT: the end inside the caller's namespace; else empty */
};

struct wire_nets_reply {
	uint32_t next; /* cursor for the next request */
	uint32_t flags;
	char pattern[IFNAME_SIZE]; /* %U filled in */
	uint16_t taps;		   /* the limit on the caller's ports, all bridges together */
	uint16_t used;		   /* how many of them the caller has: of slots below the limit */
	uint16_t queues;	   /* the limit of one port */
	uint32_t mtu;		   /* 0: the bridge's own */
	uint32_t rate;		   /* Mbit/s in each direction; 0: no limit */
};

struct wire_ports_reply {
	uint32_t next;
	uint32_t uid; /* the owner */
	char interface[IFNAME_SIZE];
	char bridge[IFNAME_SIZE]; /* empty: it is on no bridge now */
	uint8_t mac[MAC_SIZE];
	uint8_t host_mac[MAC_SIZE];
	uint32_t flags;
	uint16_t queues;
	char label[WIRE_LABEL_SIZE];
};

struct wire_reply {
	enum wire_operation operation; /* what was asked; 0 where the request could not be read */
	enum code code;
	uint16_t taps;	 /* tap fds that come with the reply */
	uint16_t vhosts; /* vhost fds, after the tap fds */
	union {		 /* all zero unless the code is CODE_OK */
		struct wire_tap_reply tap;
		struct wire_tap_reply client;
		struct wire_nets_reply nets;
		struct wire_ports_reply ports;
	};
	char text[WIRE_TEXT_SIZE]; /* the explanation of a refusal, or a remark; may be empty */
};

/* Write the request as bytes. Fields must satisfy what wire_decode_request() checks; for
 * strings and the operation that is asserted. */
void wire_encode_request(const struct wire_request *request, uint8_t ret_data[WIRE_REQUEST_SIZE]);

/* Read a request of `length` bytes, all of them client-controlled. Returns CODE_OK and fills
 * *ret_request, or CODE_MALFORMED, CODE_VERSION or CODE_NOT_SUPPORTED (an unknown operation or
 * flag) and leaves it alone. Checked: exact length, magic, reserved bytes zero, strings
 * NUL-terminated and padded, names and label in their character sets, queues in range, an
 * undeclared MAC zero. */
enum code wire_decode_request(const uint8_t *data, size_t length, struct wire_request *ret_request);

void wire_encode_reply(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE]);

/* The same for TAP and CLIENT, whose replies are sent where there is a privilege. */
void wire_encode_tap_reply(const struct wire_reply *reply, uint8_t ret_data[WIRE_REPLY_SIZE]);

/* Read a reply; the same checks. Text may hold any byte but NUL: clean it before a terminal sees
 * it. Returns 0 or -EPROTO. */
int wire_decode_reply(const uint8_t *data, size_t length, struct wire_reply *ret_reply);

/* Is c allowed in a label: a letter, a digit, '.', '_' or '-'? */
static inline bool wire_label_char_valid(char c)
{
	return ifname_char_valid(c);
}

#endif
