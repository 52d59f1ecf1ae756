/* SPDX-License-Identifier: MIT
 * What ssh says, line by line: some of it is better told in a sentence. */
#ifndef OWVM_LAUNCHER_SSH_SAID_H
#define OWVM_LAUNCHER_SSH_SAID_H

#include <stdbool.h>

/* What it has said so far; start with {0}. */
struct said {
	bool changed; /* the key is not the one that is known */
	char *option; /* what would let it take what the server offers; NULL: it had no say */
	char *offer;  /* what that is */
};

void said_free(struct said *said);

/* Take one line, which is changed. Returns whether it is to be shown. */
bool said_take(struct said *said, char *line);

#endif
