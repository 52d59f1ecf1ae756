/* SPDX-License-Identifier: MIT
 * The ports that netd made for users of the bench. */
#ifndef OWVM_BENCH_PORTS_H
#define OWVM_BENCH_PORTS_H

#include <sys/types.h>

#define PORTS_GROUP 77779

/* How many ports there are of the users uid, uid + 1, ... */
unsigned int ports_count(uid_t uid, unsigned int users);

/* Delete them, and whatever else is in the group, all together. */
void ports_delete(uid_t uid, unsigned int users);

#endif
