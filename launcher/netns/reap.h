/* SPDX-License-Identifier: MIT
 * All that descends from a process: ended with it. */
#ifndef OWVM_LAUNCHER_NETNS_REAP_H
#define OWVM_LAUNCHER_NETNS_REAP_H

/* From here on this process is the parent of all descendants that lose theirs, prctl(2). Returns 0
 * or -errno. */
int reap_adopt(void);

/* Kill them all, and reap them. */
void reap_all(void);

#endif
