/* SPDX-License-Identifier: MIT
 * What QEMU can reach of the file system, and what beside it: the parts that are files of their
 * own. */
#ifndef OWVM_LAUNCHER_CAGE_PRIVATE_H
#define OWVM_LAUNCHER_CAGE_PRIVATE_H

/* Refuse, from here on, system calls that lead around Landlock. After no_new_privs only. Returns 0;
 * -EOPNOTSUPP: owrun does not know this architecture; another -errno. */
int cage_refuse_calls(void);

/* The same of calls that change modes, owners, times and extended attributes of files by their
 * paths, which Landlock lets everybody do: for a QEMU that has no share to write to, as only 9p
 * needs them. */
int cage_refuse_attributes(void);

#endif
