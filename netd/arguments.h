/* SPDX-License-Identifier: MIT
 * What the command line asks for. */
#ifndef OWVM_NETD_ARGUMENTS_H
#define OWVM_NETD_ARGUMENTS_H

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
