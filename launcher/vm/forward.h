/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest through QEMU's user network. */
#ifndef OWVM_LAUNCHER_VM_FORWARD_H
#define OWVM_LAUNCHER_VM_FORWARD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORWARDS_MAX 32
#define FORWARD_TEXT_SIZE 40 /* "255.255.255.255:65535:65535/udp" and the NUL */

struct forward {
	char address[INET_ADDRSTRLEN]; /* on this host */
	uint16_t host;		       /* 0: forward_probe() picks a free one */
	uint16_t guest;
	bool udp;
};

/* Read "[ADDR:]HOST:GUEST[/tcp|/udp]"; ADDR is an IPv4 address, 127.0.0.1 where none is given.
 * Returns 0 or -EINVAL with a sentence. */
int forward_parse(const char *text, struct forward *ret_forward, char **reterr_text);

/* Write the form that forward_parse() reads, with the address always there. */
void forward_format(const struct forward *forward, char ret_text[FORWARD_TEXT_SIZE]);

/* May a socket on one of these addresses be in the way of one on the other? 0.0.0.0 is every
 * address. */
bool forward_same_address(const char *a, const char *b);

/* The address at which this host reaches the forward. */
const char *forward_reach(const struct forward *forward);

#endif
