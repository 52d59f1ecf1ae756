/* SPDX-License-Identifier: MIT
 * What the guest must not reach by a share: what owrun and QEMU open at the next start.
 *
 * Theory of operation: whoever writes to a directory can put a symlink or another file in the place
 * of any name in it. A guest that does so with vm.conf, or with the disk that owrun opens at the
 * next start, has what the user has, by no error of QEMU at all. So no share that the guest writes
 * to is on the way to such a file, symlinks of that way included. Directories are told by device
 * and inode, so that no second path leads around this; a bind mount of a part of what is to be kept
 * does. */
#ifndef OWVM_LAUNCHER_SANDBOX_SHARE_REACH_H
#define OWVM_LAUNCHER_SANDBOX_SHARE_REACH_H

#include "launcher/runtime/runtime.h"
#include "launcher/vm/vm.h"

/* Look at the shares of a VM that was completed. vmdir is where its vm.conf is or will be; NULL: it
 * has none. Shares and files that are not there are not looked at. Returns 0, or -EPERM with a
 * sentence that names the way out. */
int share_reach_check(const struct vm *vm, const char *vmdir, const struct runtime_places *places,
	char **reterr_text);

/* Does the way to the path lead through the directory, or a symlink on that way through it?
 * `itself`: also when the path is the directory. What is not there ends the way. */
bool share_reach_passes(const char *directory, const char *path, bool itself);

#endif
