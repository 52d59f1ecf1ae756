/* SPDX-License-Identifier: MIT
 * A connection as standard input and output: for programs that start owrun to reach a guest. */
#ifndef OWVM_LAUNCHER_RELAY_STDIO_H
#define OWVM_LAUNCHER_RELAY_STDIO_H

/* Copy both ways until the other side of the connection, a socket that blocks, has said all; that
 * standard input ends is told there. Returns 0 or -errno. */
int stdio_relay(int connection);

#endif
