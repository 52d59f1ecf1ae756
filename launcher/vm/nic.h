/* SPDX-License-Identifier: MIT
 * A network card of a VM: the syntax of `--nic`. */
#ifndef OWVM_LAUNCHER_VM_NIC_H
#define OWVM_LAUNCHER_VM_NIC_H

#include <netinet/in.h>
#include <stdbool.h>

#include "common/ifname.h"
#include "common/mac.h"

/* What a guest that is a router has as its LAN. */
#define NIC_LAN_GUEST "192.168.1.1"
#define NIC_NUMBERS "more bridges of your own have numbers from 2 to 9, and the first has none"
#define NIC_LAN_NET "192.168.1.0/24"
#define NIC_LAN_HOST "192.168.1.2"

#define NIC_VIRTIO "virtio-net-pci" /* the model that is the default */

#define NIC_NET_SIZE (INET_ADDRSTRLEN + 3) /* "255.255.255.255/32" and the NUL */

/* A user network is QEMU's own, or that of a passt(1) beside it: the guest sees the same
 * addresses. */
enum nic_kind { NIC_USER, NIC_PASST, NIC_BRIDGE };

struct nic {
	enum nic_kind kind;
	const char *model;	  /* the name of QEMU's device, static */
	char bridge[IFNAME_SIZE]; /* of NIC_BRIDGE; empty: the user's own */
	bool may_fall_back;	  /* nobody asked for the bridge */
	unsigned int queues;	  /* of NIC_BRIDGE: 1 ... WIRE_QUEUES_MAX; more than 1: virtio */
	bool vhost;		  /* of NIC_BRIDGE with virtio: wanted, where the host has it */
	bool has_mac;		  /* else one is derived */
	uint8_t mac[MAC_SIZE];
	bool has_address; /* else it goes by its number, see plan/plan.c */
	uint8_t slot;	  /* on the PCI bus */
	uint8_t function;
	/* Of a user network; empty: QEMU's own. */
	char net[NIC_NET_SIZE];
	char host[INET_ADDRSTRLEN];
	char dhcpstart[INET_ADDRSTRLEN];
	char guest[INET_ADDRSTRLEN]; /* where forwards lead */
};

/* Read "user", "passt" or "bridge[=NAME]" with ",KEY=VALUE" for any of model (virtio, e1000, ...),
 * mac, addr, with bridge queues and vhost=on|off, and with the others net, host, dhcpstart. Returns
 * 0, or -EINVAL with a sentence. */
int nic_parse(const char *text, struct nic *ret_nic, char **reterr_text);

bool nic_is_virtio(const struct nic *nic);

/* What it is plugged into, for people: "user", "passt" or the name of a bridge. */
const char *nic_network(const struct nic *nic);

/* Is that no number, or one that nic_name_bridge() takes? */
bool nic_number_valid(const char *text);

/* Where a NIC on a bridge names none, let it be the own bridge of the user, "ow-UID". Where it
 * names a digit from 2 to 9, let it be the own bridge of that number, "ow-UID-2". */
void nic_name_bridge(struct nic *nic, uint32_t uid);

/* The text that nic_parse() reads, which the caller frees. */
char *nic_format(const struct nic *nic);

/* The LAN and the WAN of a router. */
void nic_init_lan_user(struct nic *ret_nic);
void nic_init_wan_user(struct nic *ret_nic);
void nic_init_wan_passt(struct nic *ret_nic);
/* bridge is the name of one, or empty for the user's own. */
void nic_init_bridge(struct nic *ret_nic, const char *bridge);

#endif
