/* SPDX-License-Identifier: MIT
 * Constants of the kernel's interface that are newer than the headers which netd is built with. */
#ifndef OWVM_NETD_KERNEL_KERNEL_H
#define OWVM_NETD_KERNEL_KERNEL_H

/* include/uapi/linux/netfilter/nf_tables.h, since 5.12 and 6.9: a table is its owner's, and stays
 * when that ends. */
#define KERNEL_NFT_TABLE_OWNER 2
#define KERNEL_NFT_TABLE_PERSIST 4

/* include/uapi/asm-generic/socket.h, since 6.16: may messages bring fds? */
#define KERNEL_SO_PASSRIGHTS 83

#endif
