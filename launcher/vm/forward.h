/* SPDX-License-Identifier: MIT
 * A port of this host that leads into the guest: through its LAN, or through QEMU's user network.
 */
#ifndef OWVM_LAUNCHER_VM_FORWARD_H
#define OWVM_LAUNCHER_VM_FORWARD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORWARDS_MAX 32
#define FORWARD_SYNTAX "[wan:][ADDR:]HOST:[GUESTADDR:]GUEST[/udp]"
#define FORWARD_TEXT_SIZE 56 /* "wan:255.255.255.255:65535:255.255.255.255:65535/udp" and the NUL */

struct forward {
	char address[INET_ADDRSTRLEN]; /* on this host */
	uint16_t host;		       /* 0: forward_probe() picks a free one */
	uint16_t guest;
	char guest_address[INET_ADDRSTRLEN]; /* empty: the guest's own, see vm.h */
	bool udp;
	bool wan; /* by the user network that is the WAN, wherever the LAN is */
};

/* Read "[wan:][ADDR:]HOST:[GUESTADDR:]GUEST[/tcp|/udp]"; ADDR and GUESTADDR are IPv4 addresses,
 * 127.0.0.1 and the guest's own where none is given. Returns 0 or -EINVAL with a sentence. */
int forward_parse(const char *text, struct forward *ret_forward, char **reterr_text);

/* Write the form that forward_parse() reads, with ADDR always there. */
void forward_format(const struct forward *forward, char ret_text[FORWARD_TEXT_SIZE]);

/* May a socket on one of these addresses be in the way of one on the other? 0.0.0.0 is every
 * address. */
bool forward_same_address(const char *a, const char *b);

/* Does it lead to the guest of that address (NULL: not known), and to no other machine there? */
bool forward_is_of(const struct forward *forward, const char *guest);

/* The address at which this host reaches the forward. */
const char *forward_reach(const struct forward *forward);

#endif
