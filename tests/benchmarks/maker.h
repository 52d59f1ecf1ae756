/* SPDX-License-Identifier: MIT
 * The candidates: the ways to make a port that are compared. */
#ifndef OWVM_BENCH_MAKER_H
#define OWVM_BENCH_MAKER_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Paths that the candidates need. */
struct setup {
	const char *socket;	    /* the service's */
	const char *own_socket;	    /* that of the service in the network `own` */
	const char *netd;	    /* with the file capability */
	const char *bridge_helper;  /* Debian's */
	const char *capable_helper; /* a copy with a file capability */
	const char *apart;	    /* a network without the service */
	const char *own;	    /* one whose bridge is the ordinary user's own */
};

/* Must be zero at first. */
struct made {
	int64_t ready; /* ns until the port could be used */
	int64_t ended; /* ns until the helper process, where there is one, had ended */
	char name[IF_NAMESIZE];
	int fd; /* -1: none */
};

enum maker_network {
	MAKER_WATCHED,
	MAKER_APART, /* the service would take its ports for hijacked ones */
	MAKER_OWN,
	MAKER_NETWORKS
};

struct maker {
	const char *name;
	bool user; /* an ordinary user asks, else root */
	enum maker_network network;
	void (*make)(const struct setup *setup, unsigned int round, struct made *made);
};

extern const struct maker makers[];
extern const unsigned int makers_n;

/* The ordinary user of the candidates. */
#define MAKER_UID 30001

#endif
