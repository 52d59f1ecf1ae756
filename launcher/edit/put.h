/* SPDX-License-Identifier: MIT
 * What the child that has an image does with files that come in. */
#ifndef OWVM_LAUNCHER_EDIT_PUT_H
#define OWVM_LAUNCHER_EDIT_PUT_H

#include "launcher/filesystem/ext4.h"

/* Put the records that a stream has (see record.h) into the file system, to the end of the stream.
 * A path that leads to a directory is one for a file to go into; a directory that is there keeps
 * its owner and mode. Returns 0, or -errno with a sentence about the image. */
int put_all(struct ext4 *fs, int stream, char **reterr_text);

#endif
