/* SPDX-License-Identifier: MIT
 * A rule, and its expressions. */
#ifndef OWVM_NETD_KERNEL_NFT_RULE_H
#define OWVM_NETD_KERNEL_NFT_RULE_H

#include <stdbool.h>
#include <stdint.h>

struct nl_msg;

#define NFT_TESTS_MAX 4

/* What a rule looks at: `base` is NFT_PAYLOAD_*_HEADER and `from` an offset, or base is NFT_META
 * and `from` is NFT_META_PROTOCOL or NFT_META_L4PROTO. Values are in network byte order. */
#define NFT_META UINT32_MAX

struct nft_test {
	uint32_t base;
	uint32_t from;
	uint32_t size; /* bytes; 0: no test */
	bool differs;  /* the test holds when what is there is not `value` */
	const void *value;
	const void *mask; /* NULL: all bits count */
};

/* What becomes of the frames for which all tests of a rule hold. */
enum nft_verdict {
	NFT_NO_RULE, /* there is none */
	NFT_DROPS,   /* and they are counted */
	NFT_PASSES,  /* by all later rules of the chain */
};

struct nft_rule {
	enum nft_verdict verdict;
	struct nft_test tests[NFT_TESTS_MAX];
};

/* Put a number in network byte order, as nftables wants all of them. */
void nft_rule_put_number(struct nl_msg *message, int type, uint32_t number);

/* Put the expressions of a rule into an NFT_MSG_NEWRULE. */
void nft_rule_put(struct nl_msg *message, const struct nft_rule *rule);

#endif
