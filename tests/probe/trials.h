/* SPDX-License-Identifier: MIT
 * System calls that a process of netd may want to make, once somebody has taken it over. */
#ifndef OWVM_TESTS_PROBE_TRIALS_H
#define OWVM_TESTS_PROBE_TRIALS_H

#include <limits.h>

/* Fds that the probe opened before it was confined. */
enum {
	FD_INET = 100, /* a datagram socket */
	FD_TUN,	       /* /dev/net/tun, no tap yet */
	FD_TAP,	       /* the tap `probe0` */
	FD_FILE,       /* PROBE_FILE */
	FD_DEV,	       /* the directory /dev */
	FD_ETC,	       /* the directory /etc */
	FD_TTY,	       /* a terminal */
	FD_NETNS,      /* this network namespace */
	FD_VICTIM,     /* a pidfd of the victim */
	FD_EPOLL,
	FD_PIPE, /* the end to write to */
	FD_FIRST = FD_INET,
	FD_LAST = FD_PIPE,
};

/* A file of the probe's own, below a directory of its own. */
#define PROBE_DIRECTORY "/run/probe"
#define PROBE_FILE PROBE_DIRECTORY "/file"
#define PROBE_ELSEWHERE "/run/probe-elsewhere"
/* In place of a number of x86_64: the first argument is one of i386. */
#define CALL_I386 (-1)
/* In place of an argument: the pid of a process that waits, a child of the probe. */
#define VICTIM LONG_MIN

struct trial {
	const char *name;
	long number;
	long arguments[6];
};

/* Ends with a NULL name. */
extern const struct trial trials[];

#endif
