/* SPDX-License-Identifier: MIT
 * The system calls that the processes of netd make once they are confined.
 *
 * This room runs during the build alone: calls.c is the list, generate.c makes of it the filters
 * that start/filter.h declares. It includes nothing of the others. */
#ifndef OWVM_NETD_SECCOMP_CALLS_H
#define OWVM_NETD_SECCOMP_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* Who makes a call. */
enum side {
	BACK = 1 << 0,	    /* the back, and the reaper */
	FRONT = 1 << 1,	    /* the front, and its children */
	SANITIZER = 1 << 2, /* ASan and UBSan in any of them: only in builds with these */
};

#define CALLS_CONDITIONS_MAX 3

/* The argument's lower 32 bits, as far as mask goes, are value. No call here takes more of what is
 * compared, and the upper half of an int is undefined. */
struct condition {
	unsigned int argument;
	uint32_t mask; /* 0: the end of the conditions */
	uint32_t value;
};

struct call {
	const char *name;
	unsigned int sides;
	/* All of them must hold. A name may come more than once. */
	struct condition conditions[CALLS_CONDITIONS_MAX + 1];
};

extern const struct call calls[];
extern const size_t calls_n;

#endif
