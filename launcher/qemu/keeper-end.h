/* SPDX-License-Identifier: MIT
 * What the process that stays with QEMU does when QEMU ends: in the program owrun-keeper, or in a
 * child of owrun where that program is not there. */
#ifndef OWVM_LAUNCHER_QEMU_KEEPER_END_H
#define OWVM_LAUNCHER_QEMU_KEEPER_END_H

#include <sys/types.h>

#include "launcher/base/inherited-fds.h"

#define KEEPER_COMMAND "owrun-keeper" /* what ps calls it */

/* Its fds, where inherited_fds_keep() puts them: a SOCK_SEQPACKET, and the VM's directory. */
enum { KEEPER_CHANNEL = INHERITED_FDS_FIRST, KEEPER_DIRECTORY };

/* What it says first, with a pidfd, and QEMU's end: a word each. */
struct keeper_word {
	int error;  /* errno: no QEMU was started */
	pid_t pid;  /* QEMU's */
	int status; /* of its end, as of struct ended */
};

/* Wait for the end of QEMU, a child; note it, keep the logs in the user's home unless a byte has
 * come by then, and say it by the channel. `directory` is the path of the VM's. */
__attribute__((noreturn)) void keeper_see_end(char *directory, pid_t pid);

#endif
