/* SPDX-License-Identifier: MIT
 * What all unit tests share: cmocka with the headers that it needs, and a few helpers. */
#ifndef OWVM_TESTS_UNIT_UNIT_H
#define OWVM_TESTS_UNIT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define UNIT_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The text of a file of the source tree. Free it. */
char *unit_read_source(const char *name);

/* How many fds this process has open. */
unsigned int unit_count_fds(void);

/* cmocka's set-up and tear-down: *state becomes a struct unit_pair. The tear-down fails when a test
 * leaves more or fewer fds open than it found. */
struct unit_pair {
	int sender, receiver; /* of a SOCK_SEQPACKET pair */
	unsigned int fds;     /* open when the test began */
};

int unit_pair_set_up(void **state);
int unit_pair_tear_down(void **state);

#endif
