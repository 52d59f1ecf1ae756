/* SPDX-License-Identifier: MIT
 * Copies of large files, with holes for holes. */
#ifndef OWVM_LAUNCHER_BASE_COPY_H
#define OWVM_LAUNCHER_BASE_COPY_H

#include <sys/types.h>

/* Copy all that a file has from the offset `skip` on to another file, to where it begins at `seek`;
 * what is a hole stays what it is there. A signal that comes by `signals`, a signalfd or -1, ends
 * it. Returns 0, -EINTR, or another -errno. */
int copy_data(int from, off_t skip, int to, off_t seek, int signals);

/* Make an empty file a copy: by reference where the file system can. Returns as above. */
int copy_file(int from, int to, int signals);

#endif
