/* SPDX-License-Identifier: MIT
 * What the command line asks for.
 *
 * This room is what a process of netd does to itself before it serves anybody: it reads its
 * arguments (arguments.h), gives capabilities up (privilege.h), then files and system calls
 * (confine.h, filter.h); sanitized.c is in builds with ASan alone. Read it in that order. main.c,
 * the front and the reaper call it, so it lies below all three and knows none of them; of the
 * kernel's room it takes the names of the two devices. */
#ifndef OWVM_NETD_START_ARGUMENTS_H
#define OWVM_NETD_START_ARGUMENTS_H

enum arguments_mode {
	ARGUMENTS_ACTIVATED, /* serve the listener of socket activation */
	ARGUMENTS_PATH,	     /* serve a listener at path */
	ARGUMENTS_FD,	     /* serve the one request that comes over fd */
};

struct arguments {
	enum arguments_mode mode;
	const char *path;
	int fd;
	unsigned int idle; /* s without client and port after which it ends; 0: never */
};

/* Read the command line, or print the usage and exit. */
struct arguments arguments_parse(int argc, char **argv);

#endif
