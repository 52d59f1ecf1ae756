/* SPDX-License-Identifier: MIT
 * A bridge of the host: what everybody may see of it, and what it does to VMs.
 *
 * The facts are files of /sys/class/net, see Documentation/ABI/testing/sysfs-class-net of Linux. */
#ifndef OWVM_LAUNCHER_HOST_BRIDGE_H
#define OWVM_LAUNCHER_HOST_BRIDGE_H

#include <stdbool.h>
#include <stdint.h>

struct bridge {
	bool there;		 /* a bridge has that name */
	bool up;		 /* as the administrator set it */
	bool calls_iptables;	 /* by a switch of its own, whatever that of all bridges says */
	bool by_network_manager; /* NetworkManager manages it */
	unsigned int mute;	 /* seconds for which STP keeps a new port silent; 0: none */
};

enum bridge_port {
	BRIDGE_PORT_ABSENT, /* it is on no bridge */
	BRIDGE_PORT_CLOSED, /* the bridge takes nothing from it and gives it nothing */
	BRIDGE_PORT_WAITS,  /* likewise, but only until STP has listened and learned */
	BRIDGE_PORT_OPEN,
};

/* Look at the bridge of that name; root goes before the paths: "" but in tests. */
void bridge_look(const char *root, const char *name, struct bridge *ret_bridge);

/* What does its bridge do with a port of netd's, which a user knows by its own end? */
enum bridge_port bridge_port_look(const char *root, const char *interface);

/* Do the frames of IPv4 that this bridge passes go through the host's chain FORWARD? */
bool bridge_is_filtered(const char *root, const char *name);

/* A sentence about a new port that is silent at first, or NULL; the caller frees it. */
char *bridge_tell_mute(const char *root, const char *name);

#endif
