/* SPDX-License-Identifier: MIT
 * Does somebody in the guest answer behind a forward? */
#ifndef OWVM_LAUNCHER_DOCTOR_FORWARD_H
#define OWVM_LAUNCHER_DOCTOR_FORWARD_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/vm/forward.h"

#define DOCTOR_FORWARD_SEEN 64 /* bytes of an answer that are kept, with the NUL */

/* QEMU accepts every connection itself, before the guest was asked; what comes then tells. */
enum doctor_forward {
	DOCTOR_FORWARD_REFUSED, /* not even QEMU listens */
	DOCTOR_FORWARD_CLOSED,	/* accepted and closed again at once: the guest refuses */
	DOCTOR_FORWARD_SILENT,	/* still open, nothing came: an answer, or a guest that is mute */
	DOCTOR_FORWARD_ANSWERS,
};

/* Connect to a forward of TCP, by that link (NULL: any), and listen for a moment, of timeout_ms;
 * where the guest's port is one of HTTP, ask for a page first. ret_seen: the first line of an
 * answer; *ret_error: the errno of connecting. */
enum doctor_forward doctor_forward_try(const struct forward *forward, const char *link,
	int timeout_ms, char ret_seen[DOCTOR_FORWARD_SEEN], int *ret_error);

#endif
