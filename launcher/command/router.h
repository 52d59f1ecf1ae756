/* SPDX-License-Identifier: MIT
 * What comes after the first start of a router: its page. */
#ifndef OWVM_LAUNCHER_COMMAND_ROUTER_H
#define OWVM_LAUNCHER_COMMAND_ROUTER_H

#include "launcher/start/start.h"

/* Say where the page of an OpenWrt that has just been started is. With `wait` it is tried until it
 * answers, the VM ends, a signal comes or a minute is over; else that is left to the user, to whom
 * the console belongs from now on. */
void router_tell(const struct start *start, bool wait);

/* Say so where another router is on the LAN of the VM that has just been started. */
void router_tell_neighbour(const struct start *start);

#endif
