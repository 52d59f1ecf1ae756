/* SPDX-License-Identifier: MIT
 * A rule, and its expressions. */
#ifndef OWVM_NETD_KERNEL_NFT_RULE_H
#define OWVM_NETD_KERNEL_NFT_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct nl_msg;

#define NFT_TESTS_MAX 4

/* What a rule looks at: `base` is NFT_PAYLOAD_*_HEADER and `from` an offset, or base is NFT_META
 * and `from` is NFT_META_PROTOCOL, NFT_META_L4PROTO or NFT_META_OIF. Values are in network byte
 * order, but for an ifindex. */
#define NFT_META UINT32_MAX

struct nft_test {
	uint32_t base;
	uint32_t from;
	uint32_t size; /* bytes; 0: no test */
	bool differs;  /* the test holds when what is there is not `value` */
	const void *value;
	const void *mask; /* NULL: all bits count */
	/* Not 0: the test holds when what is there is not among the first so many values that the
	 * rule met. One such test a transaction. */
	uint32_t beyond;
};

/* What becomes of the frames for which all tests of a rule hold. */
enum nft_verdict {
	NFT_NO_RULE,  /* there is none */
	NFT_DROPS,    /* and they are counted */
	NFT_PASSES,   /* by all later rules of the chain */
	NFT_JUMPS,    /* to the chain `to`, and comes back where none of its rules decides */
	NFT_FORWARDS, /* out by the link `oif` */
	NFT_UNTRACKS, /* nf_conntrack(8) does not see them; the next rule goes on */
};

struct nft_rule {
	enum nft_verdict verdict;
	struct nft_test tests[NFT_TESTS_MAX];
	uint64_t over; /* only frames above so many bytes a second; 0: all */
	const char *to;
	int oif;
};

/* Put a number in network byte order, as nftables wants all of them. */
void nft_rule_put_number(struct nl_msg *message, int type, uint32_t number);

/* Put the set of values of such a test into an NFT_MSG_NEWSET, which stands before the rule, and is
 * removed with it. */
void nft_rule_put_set(struct nl_msg *message, const struct nft_test *test);

/* Put the expressions of a rule into an NFT_MSG_NEWRULE. */
void nft_rule_put(struct nl_msg *message, const struct nft_rule *rule);

#endif
