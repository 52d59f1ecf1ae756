/* SPDX-License-Identifier: MIT
 * What a client on a bridge sees, as pcap: frames for all, and those that the bridge floods. */
#ifndef OWVM_LAUNCHER_CAPTURE_BRIDGE_H
#define OWVM_LAUNCHER_CAPTURE_BRIDGE_H

#include "launcher/capture/capture.h"

/* As capture_nic(), by a port of its own on that bridge, which goes at the end. Of `capture` the
 * VM and its netdev do not count. */
int capture_bridge(const struct capture *capture, const char *bridge, struct pump_count *ret_count,
	char **reterr_text);

#endif
