/* SPDX-License-Identifier: MIT
 * What all programs of this folder need: the clock, and the end when something is wrong. */
#ifndef OWVM_BENCH_MEASURE_H
#define OWVM_BENCH_MEASURE_H

#include <stdint.h>
#include <sys/types.h>

/* Nanoseconds of a clock that only goes forward. */
int64_t measure_now(void);
void measure_sleep(int64_t ns);

/* Say what failed, with errno, and end. A measurement that went wrong half-way has no result. */
__attribute__((noreturn)) void measure_fail(const char *what);

/* Become, for good, a user of whom nothing is known but that he is in group owvm. */
void measure_become(uid_t uid);
/* The same for a while: what is connected meanwhile is his. 0 ends it. */
void measure_act_as(uid_t uid);

#endif
