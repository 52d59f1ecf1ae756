/* SPDX-License-Identifier: MIT
 * The process that forwards ports of this host to a guest's LAN: what it does itself. */
#ifndef OWVM_LAUNCHER_RELAY_INSIDE_H
#define OWVM_LAUNCHER_RELAY_INSIDE_H

#include <stdint.h>

#include "launcher/relay/setup.h"

#define INSIDE_SENTENCE_MAX 1000

/* What it says to owrun: once when it has its port, and once when it forwards. */
struct inside_word {
	int32_t error; /* 0 or an errno, and then */
	char sentence[INSIDE_SENTENCE_MAX];
};

struct inside {
	const struct forwarder_setup *setup;
	int channel; /* SOCK_SEQPACKET: inside_word goes out, a byte with QEMU's pidfd comes in */
	int control; /* bound, see message.h */
	int listeners[FORWARDS_MAX]; /* bound, of setup->forwards */
};

/* Become it, in a child. */
__attribute__((noreturn)) void inside_run(const struct inside *inside);

#endif
