/* SPDX-License-Identifier: MIT
 * The expressions of a rule. */
#ifndef OWVM_NETD_KERNEL_NFT_RULE_H
#define OWVM_NETD_KERNEL_NFT_RULE_H

#include <stdint.h>

struct nft_rule;
struct nl_msg;

/* Put a number in network byte order, as nftables wants all of them. */
void nft_rule_put_number(struct nl_msg *message, int type, uint32_t number);

/* Put the expressions of a rule into an NFT_MSG_NEWRULE. */
void nft_rule_put(struct nl_msg *message, const struct nft_rule *rule);

#endif
