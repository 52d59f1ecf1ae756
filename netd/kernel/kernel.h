/* SPDX-License-Identifier: MIT
 * Constants of the kernel's interface that are newer than the headers which netd is built with. */
#ifndef OWVM_NETD_KERNEL_KERNEL_H
#define OWVM_NETD_KERNEL_KERNEL_H

/* include/uapi/linux/if_link.h, since 6.7: limit on learned fdb entries of a bridge, u32. */
#define KERNEL_BR_FDB_MAX_LEARNED 49

/* include/uapi/asm-generic/socket.h, since 6.16: may messages bring fds? */
#define KERNEL_SO_PASSRIGHTS 83

#endif
