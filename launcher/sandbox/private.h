/* SPDX-License-Identifier: MIT
 * What QEMU can reach of the file system, and what beside it: the parts that are files of their
 * own. */
#ifndef OWVM_LAUNCHER_SANDBOX_PRIVATE_H
#define OWVM_LAUNCHER_SANDBOX_PRIVATE_H

#include <stdint.h>

#include "launcher/sandbox/filter.h"
#include "launcher/sandbox/sandbox.h"

#define RUN LANDLOCK_ACCESS_FS_EXECUTE
#define READ LANDLOCK_ACCESS_FS_READ_FILE
#define LOOK LANDLOCK_ACCESS_FS_READ_DIR
#define WRITE (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
#define CONTROL LANDLOCK_ACCESS_FS_IOCTL_DEV
#define MAKE_FILE LANDLOCK_ACCESS_FS_MAKE_REG
#define MAKE_SOCKET LANDLOCK_ACCESS_FS_MAKE_SOCK
#define REMOVE_FILE LANDLOCK_ACCESS_FS_REMOVE_FILE

/* Add a path; one that does not exist stays closed. */
void sandbox_add(struct sandbox *sandbox, const char *path, uint64_t access);

/* Add a program, and what QEMU's programs are made of. */
void sandbox_add_program(struct sandbox *sandbox, const char *program);

/* Refuse, from here on, system calls that lead around Landlock, and all families of sockets but
 * `spared` that a user network has no need of. After no_new_privs only. Returns 0; -EOPNOTSUPP:
 * owrun does not know this architecture; another -errno. */
int sandbox_refuse_calls(unsigned int spared);

/* The same of calls that change modes, owners, times and extended attributes of files by their
 * paths, which Landlock lets everybody do: for a QEMU that has no share to write to, as only 9p
 * needs them. */
int sandbox_refuse_attributes(void);

#endif
