/* SPDX-License-Identifier: MIT
 * Plain rtnetlink, one request and one acknowledgement at a time, as a simple program would do it:
 * what netd is compared with must not use netd's own code. */
#ifndef OWVM_BENCH_RTNL_H
#define OWVM_BENCH_RTNL_H

/* All of these end the program with a message on standard error when the kernel refuses. */
int rtnl_open(void);
void rtnl_set_master(int rtnl, int ifindex, int bridge);
void rtnl_set_up(int rtnl, int ifindex);
void rtnl_set_group(int rtnl, int ifindex, unsigned int group);

/* Delete all links of the group; the kernel waits once for all of them. */
void rtnl_delete_group(int rtnl, unsigned int group);

/* A tap without a virtio header, as netd makes them for shared bridges. Returns its fd. */
int rtnl_make_tap(const char *name);

#endif
