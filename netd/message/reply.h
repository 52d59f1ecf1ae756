/* SPDX-License-Identifier: MIT
 * Refusals: the one way to write a reply that is not CODE_OK. */
#ifndef OWVM_NETD_MESSAGE_REPLY_H
#define OWVM_NETD_MESSAGE_REPLY_H

#include <stdbool.h>

#include "common/wire.h"

/* For CODE_BUSY, where clients that take no replies use up the fds that may be on their way. */
#define REPLY_BUSY "owvm-netd has too many replies that nobody takes; try again"

/* Turn the reply into a refusal with its explanation; the body is wiped. Always returns false, so
 * that a step can end with it. */
__attribute__((format(printf, 3, 4))) bool reply_refuse(
	struct wire_reply *reply, enum code code, const char *format, ...);

#endif
