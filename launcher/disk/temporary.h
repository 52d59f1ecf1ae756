/* SPDX-License-Identifier: MIT
 * Where QEMU keeps what is written to a disk with `snapshot`: a directory for each VM. */
#ifndef OWVM_LAUNCHER_DISK_TEMPORARY_H
#define OWVM_LAUNCHER_DISK_TEMPORARY_H

/* $XDG_CACHE_HOME/owvm or ~/.cache/owvm, made nowhere; the caller frees it. NULL: neither variable
 * has an absolute path. */
char *temporary_home(void);

/* The directory that a VM of this name has or would have there, likewise. */
char *temporary_of_name(const char *name);

/* Make it. Returns 0, or -errno with a sentence: -EPERM where others could change what leads
 * there, -ENOENT where nothing says where it is. */
int temporary_make(const char *name, char **reterr_text);

/* Remove it with its files. QEMU's have no names, but a QEMU that was taken over can make
 * others. */
void temporary_remove(const char *name);

#endif
