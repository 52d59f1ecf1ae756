/* SPDX-License-Identifier: MIT
 * A shared directory: whether QEMU, as this user, will be able to do what is asked for. */
#ifndef OWVM_LAUNCHER_HOST_SHARE_CHECK_H
#define OWVM_LAUNCHER_HOST_SHARE_CHECK_H

#include "launcher/vm/share.h"

/* Look whether QEMU, as this user, will be able to do what the share asks for. To know whether the
 * file system keeps attributes, a file without a name is made in the directory and is gone again.
 * Returns 0, or -errno with a sentence that names the way out. */
int share_check(const struct share *share, char **reterr_text);

/* A symlink of the host that the guest cannot read, as its path, which the caller frees; NULL: a
 * look at some hundred files of the share finds none, or the guest can. */
char *share_find_link(const struct share *share);

#endif
