/* SPDX-License-Identifier: MIT
 * What QEMU can reach of the file system, and what beside it: the parts that are files of their own. */
#ifndef OWVM_LAUNCHER_CAGE_PRIVATE_H
#define OWVM_LAUNCHER_CAGE_PRIVATE_H

/* Refuse, from here on, system calls that lead around Landlock. After no_new_privs only. Returns 0;
 * -EOPNOTSUPP: owrun does not know this architecture; another -errno. */
int cage_refuse_calls(void);

#endif
