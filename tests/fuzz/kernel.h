/* SPDX-License-Identifier: MIT
 * A kernel for fuzz targets: links, what ties them together, forwarding entries and nft chains in
 * memory.
 *
 * It stands in the place of the exchanges of netd/kernel/netlink.c, of netd/kernel/tun.c, the
 * ioctls that remove a bridge and turn checksums off, and the log, which the linker wraps (--wrap):
 * netd's own code is the same as ever. Bytes of the input decide where it fails, forgets, or lies;
 * without any it does what Linux does. */
#ifndef OWVM_TESTS_FUZZ_KERNEL_H
#define OWVM_TESTS_FUZZ_KERNEL_H

#include "netd/kernel/link.h"
#include "netd/kernel/nft.h"

#define KERNEL_LINKS 48
#define KERNEL_ENTRIES 48
#define KERNEL_CHAINS 48
#define KERNEL_CHAIN_SIZE 32

struct kernel_link {
	struct link link; /* ifindex 0: the place is free */
	int end;      /* of a tap: the pipe's end that tells whether anybody holds it; else -1 */
	bool ingress; /* what comes in goes through traffic control, */
	int redirect; /* and out by this link; 0: no filter says so */
	bool no_checksums;
	bool away; /* in the namespace of a client, whose names are others */
};

/* A static entry of a bridge's forwarding database. */
struct kernel_entry {
	int port; /* 0: the place is free */
	uint8_t mac[MAC_SIZE];
	bool pinned;
};

struct kernel_chain {
	char name[KERNEL_CHAIN_SIZE]; /* empty: the place is free */
	char devices[NFT_DEVICES_MAX][IFNAME_SIZE];
	size_t rules;
	int forward; /* ifindex to which a rule forwards; 0: none does */
};

/* Of nftables, the table "owvm": a transaction that fails leaves it as it was. */
struct kernel_table {
	bool there;
	bool set; /* an anonymous set waits for the rule of this transaction that uses it */
	struct kernel_chain chains[KERNEL_CHAINS];
};

struct kernel {
	const uint8_t *data; /* the input that is left */
	size_t size;
	struct kernel_link links[KERNEL_LINKS];
	int last; /* ifindex that was given out */
	struct kernel_entry entries[KERNEL_ENTRIES];
	struct kernel_table table;
	bool lied;	 /* in the present exchange, an answer was not the truth */
	uint32_t owner;	 /* of the namespace that the client's socket was made in */
	bool host_is_it; /* it is the host's own */
};

/* What the linker's wraps act on from now on. Starts empty; the input belongs to the caller. */
void kernel_start(struct kernel *kernel, const uint8_t *data, size_t size);
void kernel_stop(struct kernel *kernel);

/* The one that was started. */
struct kernel *kernel_now(void);

/* What netd believes to be its sockets. Nothing but these tells what its pointers stand for. */
struct netlink {
	bool nft;
};
extern struct netlink kernel_route, kernel_nft;

/* What a byte of the input makes of an exchange: one sixteenth of all values each. */
enum kernel_mood {
	KERNEL_FAIL = 0xf0,
	KERNEL_IGNORE = 0xe0,
	KERNEL_LIE = 0xd0,
	KERNEL_GARBLE = 0xc0
};

/* Begin an exchange. Returns the error that the input demands, or 0. */
int kernel_decide(struct kernel *kernel, unsigned int *ret_mood);

/* The chain of this name; "": a free place; NULL: none. */
struct kernel_chain *kernel_find_chain(struct kernel *kernel, const char *name);

/* The same, of a link. */
struct kernel_chain *kernel_find_chain_of(struct kernel *kernel, const char *kind, int ifindex);

/* Is a chain hooked in at a device? */
bool kernel_has_device(const struct kernel_chain *chain, const char *name);

/* Apply a message of a transaction of nftables. Returns 0 or -errno. */
int kernel_apply_nft(struct kernel *kernel, struct nlmsghdr *header);

/* Apply a message of traffic control. Returns 0 or -errno. */
int kernel_apply_tc(struct kernel *kernel, struct nlmsghdr *header);

/* The next byte of the input, 0 at its end. */
uint8_t kernel_byte(struct kernel *kernel);

/* A new link; NULL: no place is left. */
struct kernel_link *kernel_add(struct kernel *kernel, const char *name, const char *kind);

struct kernel_link *kernel_find(struct kernel *kernel, int ifindex);
struct kernel_link *kernel_find_name(struct kernel *kernel, const char *name);

/* A link ends, with its entries, and one end of a pair with the other. Chains stay, as they do
 * since Linux 6.16. */
void kernel_remove(struct kernel *kernel, struct kernel_link *link);

/* The taps that nobody holds any more end. */
void kernel_reap(struct kernel *kernel);

/* Apply a change of rtnetlink. Returns 0 or -errno. */
int kernel_apply(struct kernel *kernel, struct nlmsghdr *header);

/* Describe a link as the kernel does. The message belongs to the caller. */
struct nl_msg *kernel_describe(const struct link *link);

#endif
