/* SPDX-License-Identifier: MIT
 * Moments until which something may take. */
#ifndef OWVM_LAUNCHER_BASE_DEADLINE_H
#define OWVM_LAUNCHER_BASE_DEADLINE_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of a clock that is never set back. */
static inline int64_t deadline_now(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline int64_t deadline_in(int milliseconds)
{
	return deadline_now() + milliseconds;
}

/* What is left, for poll(2): 0 when it is over. */
static inline int deadline_left(int64_t deadline)
{
	int64_t left = deadline - deadline_now();

	return left > 0 ? (int)left : 0;
}

#endif
