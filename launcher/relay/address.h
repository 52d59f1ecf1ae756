/* SPDX-License-Identifier: MIT
 * The forwarder's own address on the guest's LAN. */
#ifndef OWVM_LAUNCHER_RELAY_ADDRESS_H
#define OWVM_LAUNCHER_RELAY_ADDRESS_H

#include <netinet/in.h>

#include "common/cidr.h"

/* Choose an address in the /24 of the guest's which nobody on that link has, as ARP tells (RFC
 * 5227): one that OpenWrt's DHCP server does not give out. It takes a third of a second. Needs
 * CAP_NET_RAW in this namespace. Returns 0, or -errno with a sentence. */
int address_choose(
	const char *interface, struct in_addr guest, struct cidr *ret_address, char **reterr_text);

#endif
