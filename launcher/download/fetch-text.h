/* SPDX-License-Identifier: MIT
 * A small file by HTTP, as text in memory. */
#ifndef OWVM_LAUNCHER_DOWNLOAD_FETCH_TEXT_H
#define OWVM_LAUNCHER_DOWNLOAD_FETCH_TEXT_H

#include <stddef.h>

/* Download it, of at most `max` bytes; it ends with a NUL that does not count. What was cut is
 * tried again. The caller frees *ret_text. Returns 0, or -errno with a sentence, see download.h;
 * -EFBIG. */
int fetch_text(const char *url, size_t max, unsigned int timeout, int signals, char **ret_text,
	size_t *ret_size, char **reterr_text);

#endif
