/* SPDX-License-Identifier: MIT
 * A netd that does everything wrong, for tests of the launcher. */
#ifndef OWVM_TESTS_UNIT_NETD_CLIENT_UNIT_NETD_H
#define OWVM_TESTS_UNIT_NETD_CLIENT_UNIT_NETD_H

/* A listening SOCK_SEQPACKET socket at path. The caller closes it. */
int netd_listen(const char *path);

/* Receive one request for a tap on "br0" and answer it right ("grant", and any other word), with a
 * refusal, or with a mistake, as the mode says: see unit-netd.c. */
void netd_serve(const char *mode, int socket);

#endif
