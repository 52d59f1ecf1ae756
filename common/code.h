/* SPDX-License-Identifier: MIT
 * The codes that a reply of owvm-netd can carry. */
#ifndef OWVM_COMMON_CODE_H
#define OWVM_COMMON_CODE_H

/* Values are wire format (PROTOCOL.md): append, never renumber. */
enum code {
	CODE_OK = 0,
	CODE_MALFORMED = 1,
	CODE_VERSION = 2,
	CODE_NOT_SUPPORTED = 3,
	CODE_DENIED = 4,
	CODE_POLICY_BROKEN = 5,
	CODE_QUOTA = 6,
	CODE_NO_BRIDGE = 7,
	CODE_NOT_A_BRIDGE = 8,
	CODE_MAC_REFUSED = 9,
	CODE_MAC_IN_USE = 10,
	CODE_IDENTITY = 11,
	CODE_BRIDGE_FULL = 12,
	CODE_NO_DEVICE = 13,
	CODE_KERNEL = 14,
	CODE_BUSY = 15,
	CODE_END = 16,
	CODE_NAMESPACE = 17,
	CODE_NAME_IN_USE = 18,
	CODE_COUNT
};

/* One short phrase for a code; "unknown code" for a value that this version does not know.
 * The string is static. */
const char *code_text(unsigned int code);

#endif
