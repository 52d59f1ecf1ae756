/* SPDX-License-Identifier: MIT
 * Whether a bridge spans hosts: by a port that is a tunnel, see owvm-fabric(7). */
#ifndef OWVM_POLICY_TOOL_SPAN_H
#define OWVM_POLICY_TOOL_SPAN_H

#include <stdbool.h>

#include "common/ifname.h"

/* Find a port of the bridge that is a VXLAN or a Geneve tunnel, as sysfs tells of the network that
 * this process is in. Writes its name, or returns false: there is none, or no such bridge. */
bool tool_span_find(const char *bridge, char ret_port[IFNAME_SIZE]);

#endif
