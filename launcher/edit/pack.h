/* SPDX-License-Identifier: MIT
 * What the child that makes a sysupgrade.tgz does with files that come in. */
#ifndef OWVM_LAUNCHER_EDIT_PACK_H
#define OWVM_LAUNCHER_EDIT_PACK_H

/* Write the records that a stream has (see record.h) as a tar archive packed by gzip. Directories
 * are made by what is in them. Returns 0, or -errno with a sentence about the image. */
int pack_all(int stream, int output, char **reterr_text);

#endif
