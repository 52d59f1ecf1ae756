/* SPDX-License-Identifier: MIT
 * Files of this host on their way into an image. */
#ifndef OWVM_LAUNCHER_EDIT_SOURCE_H
#define OWVM_LAUNCHER_EDIT_SOURCE_H

#include <stdint.h>

/* What goes where. */
struct source {
	const char *path;	 /* of the host; NULL: there is `text` instead */
	const char *text;	 /* what is in it, mode 0755 */
	const char *destination; /* in the image, from its root */
};

/* Where all of them go. */
struct source_stream {
	int fd;
	int signals;	   /* signalfd or -1: what comes by it ends the sending */
	uint32_t uid, gid; /* of the files in the image */
};

/* Send it, with all that is in it, as records (see record.h) of that owner. What `path` itself
 * leads to counts, as own_lead_open() has it; below it symlinks stay. Returns 0, or -errno with a
 * sentence, as -EINTR; -EPIPE without one where nobody reads any more. */
int source_send(
	const struct source_stream *stream, const struct source *source, char **reterr_text);

#endif
