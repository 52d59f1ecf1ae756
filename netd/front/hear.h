/* SPDX-License-Identifier: MIT
 * The table of ports, as true as the kernel's own answer. */
#ifndef OWVM_NETD_FRONT_HEAR_H
#define OWVM_NETD_FRONT_HEAR_H

struct front;

/* Bring front->ports up to date. The kernel announces a change before the one who makes it goes on:
 * who has read all that was announced knows of every port that a client was given, and of every
 * one that it closed. Only where announcements are missing, and in the helper, which hears none,
 * all links are asked for. Returns 0, or -errno: the kernel does not list its links. */
int hear_ports(const struct front *front);

#endif
