/* SPDX-License-Identifier: MIT
 * The codes that a reply of owvm-netd can carry, as text. */
#include "common/code.h"

static const char *const texts[CODE_COUNT] = {
	[CODE_OK] = "done",
	[CODE_MALFORMED] = "malformed message",
	[CODE_VERSION] = "unknown protocol version",
	[CODE_NOT_SUPPORTED] = "not supported",
	[CODE_DENIED] = "not permitted",
	[CODE_POLICY_BROKEN] = "the policy is broken",
	[CODE_QUOTA] = "quota reached",
	[CODE_NO_BRIDGE] = "no such bridge",
	[CODE_NOT_A_BRIDGE] = "not a bridge",
	[CODE_MAC_REFUSED] = "MAC address refused",
	[CODE_MAC_IN_USE] = "MAC address in use",
	[CODE_IDENTITY] = "identity refused",
	[CODE_BRIDGE_FULL] = "bridge full",
	[CODE_NO_DEVICE] = "no tun device",
	[CODE_KERNEL] = "the kernel refused",
	[CODE_BUSY] = "busy",
	[CODE_END] = "end of list",
	[CODE_NAMESPACE] = "network namespace refused",
	[CODE_NAME_IN_USE] = "interface name in use",
};

const char *code_text(unsigned int code)
{
	if (code >= CODE_COUNT)
		return "unknown code";
	return texts[code];
}
